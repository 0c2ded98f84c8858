import { Problem } from '../domain/problem.ts'
import { withoutUserinfo } from '../domain/repository.ts'

/** One member of a `repository` part's `data`. */
interface Entry {
  readonly hash?: unknown
  readonly repository_url?: unknown
}

/** What the first entry of a `repository` part says of the code; nothing when the part cannot be read. `wire:` wire-intake section 5. */
export function repositoryOfPart(bytes: Uint8Array): { url?: unknown; commit?: unknown } {
  const first = entries(parse(bytes))[0]
  return { url: first?.repository_url, commit: first?.hash }
}

/** A `repository` part without the credentials in its URLs: as sent when there are none. */
export function withoutCredentials(bytes: Buffer): Buffer {
  const part = parse(bytes)
  if (part === undefined) throw new Problem('bad_request', 'Part repository is not a JSON object')
  // Every userinfo ends with this character, plain or escaped
  if (!bytes.includes('@') && !bytes.includes('\\u')) return bytes
  const stripped = entries(part).map(stripEntry)
  if (!stripped.includes('stripped')) return bytes
  return Buffer.from(JSON.stringify(part))
}

function stripEntry(entry: { repository_url?: unknown }): 'stripped' | 'clean' {
  const url = entry.repository_url
  if (typeof url !== 'string') return 'clean'
  entry.repository_url = withoutUserinfo(url)
  return entry.repository_url === url ? 'clean' : 'stripped'
}

function entries(part: object | undefined): Entry[] {
  const { data } = (part ?? {}) as { data?: unknown }
  return Array.isArray(data) ? data.filter(each => typeof each === 'object' && each !== null) : []
}

function parse(bytes: Uint8Array): object | undefined {
  try {
    const part: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof part === 'object' && part !== null && !Array.isArray(part) ? part : undefined
  } catch {
    return undefined
  }
}
