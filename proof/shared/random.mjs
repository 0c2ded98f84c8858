// Random numbers that come again: the same seed gives the same program, so that a failure can be shown to somebody else.

/** A generator of numbers in [0, 1) from a whole number (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A whole number from 0 to below `count`. */
export const below = (random, count) => Math.floor(random() * count)

/** One of a list. */
export const oneOf = (random, list) => list[below(random, list.length)]
