/** A source of numbers that is the same on every run. */
export interface Random {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
  /** Between `least` and `most` different members of the list. */
  some<T>(list: readonly T[], least: number, most: number): T[]
}

/** Numbers that look random and depend on the seed only. */
export function seededRandom(seed: number): Random {
  const next = mulberry32(seed)
  const below = (end: number) => Math.floor(next() * end)
  const random: Random = {
    below,
    chance: probability => next() < probability,
    pick: list => {
      if (list.length === 0) throw new RangeError('nothing to pick from')
      return list[below(list.length)] as (typeof list)[number]
    },
    some: (list, least, most) => {
      const rest = [...list]
      const wanted = Math.min(rest.length, least + below(most - least + 1))
      return Array.from({ length: wanted }, () => rest.splice(below(rest.length), 1)).flat()
    },
  }
  return random
}

/** Tommy Ettinger's Mulberry32, in the public domain. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** The seeds of the random stories of a test: the first at every change, all of them in `npm run test:all`. */
export function storySeeds(count: number): readonly number[] {
  return Array.from({ length: process.env.MAPKEEP_TESTS === 'all' ? count : 1 }, (_, at) => at + 1)
}
