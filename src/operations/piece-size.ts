/** How large the pieces of a long work are, so that each takes about as long as others may be kept waiting. */
export interface PieceSize {
  /** Does a piece of the size that is right now, and learns from how long it took. */
  run<T>(work: (size: number) => Promise<T>): Promise<T>
}

/** Milliseconds that a piece shall take. */
const aim = 50

/** A piece is at most so many times larger or smaller than the one before it. */
const step = 2

/** Sizes that adapt to the machine and to who else works on it, since waiting for others makes a piece longer, too. */
export function pieceSize({ first, least, most }: { first: number; least: number; most: number }): PieceSize {
  let size = first
  return {
    run: async work => {
      const start = performance.now()
      const result = await work(Math.round(size))
      const fit = aim / Math.max(performance.now() - start, 1)
      size = Math.min(Math.max(size * Math.min(Math.max(fit, 1 / step), step), least), most)
      return result
    },
  }
}
