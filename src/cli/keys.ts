import type { Administration, KeyOrder, ShownKey } from './administration.ts'
import { Failure } from './failure.ts'
import { type Column, tableLines } from './table.ts'
import { bold, print, type Terminal } from './terminal.ts'

/** Makes a key: its secret alone on stdout, so that a script can keep it, and words about it on stderr. */
export async function createKey(terminal: Terminal, administration: Administration, { order, json }: { order: KeyOrder; json: boolean }) {
  const { key, secret } = await administration.createKey(order)
  if (json) return print(terminal, JSON.stringify({ ...toJson(key), secret }))
  print(terminal, `${key.type === 'api' ? 'api key' : 'application key'} ${key.id} of ${key.organizationName}, shown once:`, 'errors')
  print(terminal, secret)
}

/** Shows all keys, the revoked and expired ones, too. */
export async function listKeys(
  terminal: Terminal,
  administration: Administration,
  wish: { organization: string | undefined; json: boolean },
) {
  const keys = await administration.listKeys(wish.organization)
  if (wish.json) return print(terminal, JSON.stringify({ data: keys.map(toJson) }))
  if (keys.length === 0) throw new Failure('refused', 'there are no keys')
  const [titles = '', ...lines] = tableLines(columns(terminal.clock()), keys)
  print(terminal, bold(terminal, titles))
  for (const line of lines) print(terminal, line)
}

/** Ends a key at once. */
export async function revokeKey(terminal: Terminal, administration: Administration, id: string): Promise<void> {
  if (!(await administration.revokeKey(id))) throw new Failure('refused', `no key has the id ${id}`)
  print(terminal, `Revoked ${id}.`)
}

function columns(now: number): Column<ShownKey>[] {
  return [
    { title: 'ID', cell: key => key.id },
    { title: 'TYPE', cell: key => key.type },
    { title: 'NAME', cell: key => key.name },
    { title: 'ORGANIZATION', cell: key => key.organizationName },
    { title: 'STATE', cell: key => state(key, now) },
    { title: 'CREATED', cell: key => day(key.createdAt) },
    { title: 'LAST USED', cell: key => day(key.lastUsedAt) || 'never' },
    { title: 'EXPIRES', cell: key => day(key.expiresAt) },
    { title: 'PERMISSIONS', cell: key => key.permissions.join(' ') },
  ]
}

function state({ revokedAt, expiresAt }: ShownKey, now: number): string {
  if (revokedAt !== undefined) return 'revoked'
  return expiresAt !== undefined && expiresAt <= now ? 'expired' : 'valid'
}

function day(time: number | undefined): string {
  return time === undefined ? '' : new Date(time).toISOString().slice(0, 10)
}

function toJson(key: ShownKey): Record<string, unknown> {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString())
  return {
    id: key.id,
    type: key.type,
    name: key.name,
    organization: key.organizationName,
    creator: key.creator,
    permissions: key.permissions,
    created_at: time(key.createdAt),
    last_used_at: time(key.lastUsedAt),
    expires_at: time(key.expiresAt),
    revoked_at: time(key.revokedAt),
  }
}
