import type { HoldSelector } from '../../domain/hold.ts'

/** What a hold can look at. */
export interface HeldMap {
  readonly id: number
  readonly kind: string
  readonly service?: string | undefined
  readonly version?: string | undefined
}

/** Whether a hold keeps a map, found out plainly, by regular expressions. */
export function matches({ kind, service, version, ids }: HoldSelector, map: HeldMap): boolean {
  const fits = (pattern: string | undefined, value: string | undefined) => {
    if (pattern === undefined) return true
    const escaped = pattern.split('*').map(piece => piece.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    return value !== undefined && new RegExp(`^${escaped.join('.*')}$`, 's').test(value)
  }
  return (
    (kind === undefined || kind === map.kind) &&
    fits(service, map.service) &&
    fits(version, map.version) &&
    (ids === undefined || ids.includes(String(map.id)))
  )
}
