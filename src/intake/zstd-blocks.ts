import { Problem } from '../domain/problem.ts'

/** The largest window a frame may ask for, in bytes: what the zstd library itself allows unless told otherwise. */
export const maxWindow = 128 * 1024 * 1024
const maxBlock = 128 * 1024

/** How long the next piece of a zstd stream is, and what kind of piece follows it. */
interface Step {
  readonly length: number
  readonly next: Reader
}

/** Looks at the beginning of a piece; nothing when more bytes are needed to tell. */
type Reader = (bytes: Buffer) => Step | undefined

/**
 * Cuts a zstd stream where its frames and blocks begin (RFC 8878), so that whoever decodes it never gets more than one block at a
 * time and never a frame that would need too much memory.
 */
export async function* zstdBlocks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0)
  let reader: Reader = readFrame
  for await (const chunk of source) {
    held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
    for (let step = reader(held); step && step.length <= held.length; step = reader(held)) {
      if (step.length > 0) yield held.subarray(0, step.length)
      held = held.subarray(step.length)
      reader = step.next
    }
  }
  if (held.length > 0 || reader !== readFrame) throw invalid('it ends too early')
}

const readFrame: Reader = bytes => {
  if (bytes.length < 5) return undefined
  const magic = bytes.readUInt32LE(0)
  if (magic >>> 4 === 0x184d2a5) return bytes.length < 8 ? undefined : { length: 8, next: skip(bytes.readUInt32LE(4)) }
  if (magic !== 0xfd2fb528) throw invalid('no frame begins where one should')
  return readFrameHeader(bytes)
}

function readFrameHeader(bytes: Buffer): Step | undefined {
  const flags = bytes.readUInt8(4)
  const single = (flags >> 5) & 1
  const dictionary = flags & 3
  const sizeAt = 6 - single
  const sizeLength = flags >> 6 ? 1 << (flags >> 6) : single
  if (dictionary) throw invalid('it needs a dictionary')
  if (bytes.length < sizeAt + sizeLength) return undefined
  const window = single ? contentSize(bytes, sizeAt, sizeLength) : windowSize(bytes.readUInt8(5))
  if (window > maxWindow) throw new Problem('too_large', `The zstd body needs a window of more than ${maxWindow} bytes`)
  return { length: sizeAt + sizeLength, next: readBlock((flags & 4) > 0) }
}

function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3))
  return base + (base / 8) * (descriptor & 7)
}

function contentSize(bytes: Buffer, at: number, length: number): number {
  if (length === 8) return Number(bytes.readBigUInt64LE(at))
  return bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0)
}

function readBlock(checksum: boolean): Reader {
  const again: Reader = bytes => {
    if (bytes.length < 3) return undefined
    const header = bytes.readUIntLE(0, 3)
    const size = header >> 3
    const type = (header >> 1) & 3
    if (type === 3 || size > maxBlock) throw invalid('a block is malformed')
    const end: Reader = checksum ? pass(4) : readFrame
    return { length: 3 + (type === 1 ? 1 : size), next: header & 1 ? end : again }
  }
  return again
}

function pass(length: number): Reader {
  return () => ({ length, next: readFrame })
}

/** Skippable frames may be long: they go by in whatever pieces arrive. */
function skip(length: number): Reader {
  return bytes => {
    if (length === 0) return { length: 0, next: readFrame }
    if (bytes.length === 0) return undefined
    const now = Math.min(length, bytes.length)
    return { length: now, next: skip(length - now) }
  }
}

function invalid(why: string): Problem {
  return new Problem('bad_request', `The body is not valid zstd: ${why}`)
}
