/** Bytes that have come in pieces. */
export interface GatheredBytes {
  readonly size: number
  add(piece: Uint8Array): void
  /** All of them so far; what is added later does not change them. */
  all(): Uint8Array
  /** Forgets them. */
  clear(): void
}

/**
 * Keeps bytes that come in pieces in one piece: whoever sends them one by one makes them take no more than twice their number, where a list of
 * pieces would take some two hundred bytes for each.
 */
export function gatherBytes(): GatheredBytes {
  let room = new Uint8Array(0)
  let size = 0
  const all = () => room.subarray(0, size)
  return {
    get size() {
      return size
    },
    all,
    add(piece) {
      if (size + piece.length > room.length) {
        const larger = new Uint8Array(Math.max(size + piece.length, 2 * room.length))
        larger.set(all())
        room = larger
      }
      room.set(piece, size)
      size += piece.length
    },
    clear() {
      room = new Uint8Array(0)
      size = 0
    },
  }
}
