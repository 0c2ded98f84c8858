/** A run of consecutive ids, both ends included. */
export interface IdRange {
  readonly first: number
  readonly last: number
}

/** Packs rising, disjoint ranges into bytes: per range the gap since the last one and its length, as variable-length integers. */
export function packRanges(ranges: Iterable<IdRange>): Uint8Array {
  const bytes: number[] = []
  let end = 0
  for (const { first, last } of ranges) {
    pushVarint(bytes, first - end)
    pushVarint(bytes, last - first)
    end = last
  }
  return Uint8Array.from(bytes)
}

/** Unpacks what {@link packRanges} made. */
export function* unpackRanges(bytes: Uint8Array): Generator<IdRange> {
  let at = 0
  let end = 0
  const next = (): number => {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw new RangeError('packed id ranges end in the middle of a number')
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const first = end + next()
    end = first + next()
    yield { first, last: end }
  }
}

/** The ids of the ranges, in pages of at most `size`. */
export function* idPages(ranges: Iterable<IdRange>, size: number): Generator<number[]> {
  let page: number[] = []
  for (const { first, last } of ranges) {
    for (let id = first; id <= last; id++) {
      page.push(id)
      if (page.length < size) continue
      yield page
      page = []
    }
  }
  if (page.length > 0) yield page
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value
  // Not with bit operators: ids may outgrow 32 bits
  while (rest > 127) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
}
