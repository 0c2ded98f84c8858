import type { FilterName } from './filters.ts'
import type { Kind } from './kinds.ts'
import type { Selection } from './selection.ts'

/** Which maps a hold keeps: all that meet every given condition, now and in the future. At least one is given. */
export interface HoldSelector {
  readonly kind?: Kind
  /** A pattern: `*` stands for any run of characters, everything else for itself. */
  readonly service?: string
  /** A pattern like that of `service`. */
  readonly version?: string
  /** Decimal ids; a map matches when its id is one of them. */
  readonly ids?: readonly string[]
}

/** Whether a hold could keep any map of a selection; when not, the selection can be worked on as if there were no such hold. */
export function mayKeep({ kind, service, version, ids }: HoldSelector, selection: Selection): boolean {
  if (kind !== undefined && kind !== selection.kind) return false
  const valuesOf = (name: FilterName) => selection.criteria.find(each => each.filter === name)?.values
  const meets = (name: FilterName, test: (value: string) => boolean) => valuesOf(name)?.some(test) ?? true
  return (
    (service === undefined || meets('service', value => matchesPattern(service, value))) &&
    (version === undefined || meets('version', value => matchesPattern(version, value))) &&
    (ids === undefined || sharesAny(ids, valuesOf('id')))
  )
}

function sharesAny(ids: readonly string[], wanted: readonly string[] | undefined): boolean {
  if (!wanted) return true
  const known = new Set(ids)
  return wanted.some(id => known.has(id))
}

/** Whether a text matches a pattern; case counts. */
export function matchesPattern(pattern: string, text: string): boolean {
  const [head = '', ...pieces] = pattern.split('*')
  const tail = pieces.pop()
  if (tail === undefined) return pattern === text
  if (!text.startsWith(head)) return false
  let at = head.length
  for (const piece of pieces) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return text.length - tail.length >= at && text.endsWith(tail)
}
