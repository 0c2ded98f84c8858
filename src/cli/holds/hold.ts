import { asFlags } from '../selection-flags.ts'

/** Where a server answers about holds. */
export const holdsPath = 'api/mapkeep/v1/holds'

/** Which maps a hold keeps, as the API says it. */
export interface ShownSelector {
  readonly mapkind?: string | undefined
  readonly service?: string | undefined
  readonly version?: string | undefined
  readonly ids?: readonly string[] | undefined
}

/** A hold as the server shows it. */
export interface ShownHold {
  readonly id: string
  readonly attributes: {
    readonly selector: ShownSelector
    readonly reason: string
    readonly owner: string
    readonly created_by?: string
    readonly created_at: string
    readonly expires_at?: string
    readonly released_at?: string
  }
}

/** A hold's selector as the flags that make it. */
export function selectorFlags({ mapkind, service, version, ids = [] }: ShownSelector): string {
  const conditions = { mapkind, 'filter[service]': service, 'filter[version]': version }
  const given = Object.entries(conditions).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return asFlags([...given, ...ids.map(id => ['filter[id]', id] as const)])
}
