/** A run of consecutive ids, both ends included. */
export interface IdRange {
  readonly first: number
  readonly last: number
}

/** Bytes of the largest safe integer, seven bits in each. */
const longestVarint = 8

/** Packs rising, disjoint ranges into bytes: per range the gap since the last one and its length, as variable-length integers. */
export function packRanges(ranges: Iterable<IdRange>): Uint8Array {
  const packer = new RangePacker()
  for (const range of ranges) packer.add(range)
  return packer.packed()
}

/** Packs as {@link packRanges} does, while the ranges are being found: it holds nothing but the bytes. */
export class RangePacker {
  #bytes = new Uint8Array(64)
  #length = 0
  #end = 0

  add({ first, last }: IdRange): void {
    this.#push(first - this.#end)
    this.#push(last - first)
    this.#end = last
  }

  packed(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #push(value: number): void {
    if (this.#length + longestVarint > this.#bytes.length) this.#grow()
    let rest = value
    // Not with bit operators: ids may outgrow 32 bits
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest % 128) + 128
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.#length++] = rest
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
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
