import type { NewKey } from '../../operations/ports/key-catalog.ts'

/** An application key of the organization `default`; the name makes it differ from others in id and hash. */
export function newKey(name: string, changes: Partial<NewKey> = {}): NewKey {
  return {
    id: `key_${name}`,
    type: 'application',
    organizationName: 'default',
    name: `key ${name}`,
    creator: 'test',
    permissions: ['rum_apps_read'],
    createdAt: 10,
    expiresAt: undefined,
    hash: `hash of ${name}`,
    ...changes,
  }
}
