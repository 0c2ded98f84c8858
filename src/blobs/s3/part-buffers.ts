/** Buffers kept for the next upload; the others are given back to the system. */
const spare = 4

/** So many buffers for the parts of all uploads together: memory stays bounded, however many come at once. */
export class PartBuffers {
  readonly size: number
  readonly #count: number
  readonly #free: Buffer[] = []
  readonly #waiting: (() => void)[] = []
  #taken = 0
  #retained = 0

  constructor(size: number, count: number) {
    this.size = size
    this.#count = count
  }

  /** Waits for its turn when all are taken. Who holds one must not wait for another: then nobody would come on. */
  async take(): Promise<Buffer> {
    if (this.#taken < this.#count) this.#taken++
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    return this.#buffer()
  }

  /** One more, if nobody has to wait for it. */
  takeSpare(): Buffer | undefined {
    if (this.#taken >= this.#count) return undefined
    this.#taken++
    return this.#buffer()
  }

  /** Gives a buffer's place to the next; without the buffer, when it may still be on its way out somewhere. */
  give(buffer?: Buffer): void {
    if (buffer && this.#free.length < spare) this.#free.push(buffer)
    const next = this.#waiting.shift()
    if (next) next()
    else this.#taken--
  }

  /** Whether one more buffer may be held until its upload's other files have come; never all, or nobody could finish. */
  retain(): boolean {
    if (this.#retained >= Math.floor(this.#count / 2)) return false
    this.#retained++
    return true
  }

  /** Ends what {@link retain} allowed. */
  release(): void {
    this.#retained--
  }

  #buffer(): Buffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.size)
  }
}
