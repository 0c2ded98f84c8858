/** How much a symbol source tells, from least to most. `wire:` wire-intake section 8. */
const ranks = ['none', 'dynamic_symbol_table', 'gopclntab', 'symbol_table', 'debug_info']

/** What decides between maps of one identity. */
export interface Candidate {
  readonly id: number
  readonly symbolSource: string | undefined
  readonly overwrite: boolean
}

/** Which of two symbol sources tells more: positive when `a` does. */
export function compareSymbolSources(a: string | undefined, b: string | undefined): number {
  return ranks.indexOf(a ?? 'none') - ranks.indexOf(b ?? 'none')
}

/**
 * The map that answers a look-up among live maps of one identity: the newest, unless an older one has the better symbol
 * source and the newer did not ask to overwrite.
 */
export function preferred<C extends Candidate>(maps: readonly C[]): C | undefined {
  const oldestFirst = [...maps].sort((a, b) => a.id - b.id)
  return oldestFirst.reduce<C | undefined>((best, next) => {
    const wins = !best || next.overwrite || compareSymbolSources(next.symbolSource, best.symbolSource) >= 0
    return wins ? next : best
  }, undefined)
}
