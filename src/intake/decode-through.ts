import type { Duplex } from 'node:stream'
import { Problem } from '../domain/problem.ts'

/** Encoded bytes, the stream that decodes them, and the encoding's name. */
export interface Decoding {
  readonly source: AsyncIterable<Buffer>
  readonly decoder: Duplex
  readonly encoding: string
}

/** The bytes that come out of a decoding stream, which is fed only as fast as they are taken. */
export async function* decodeThrough({ source, decoder, encoding }: Decoding): AsyncGenerator<Uint8Array> {
  const fed = feed(source, decoder)
  try {
    yield* decoder
    // What follows the encoded data is nobody's, but the client must get rid of it
    await fed
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('bad_request', `The body is not valid ${encoding}: ${error instanceof Error ? error.message : error}`)
  } finally {
    decoder.destroy()
  }
}

async function feed(source: AsyncIterable<Buffer>, decoder: Duplex): Promise<void> {
  try {
    for await (const chunk of source) {
      if (!isOpen(decoder)) continue
      if (!decoder.write(chunk)) await drained(decoder)
    }
    if (isOpen(decoder)) decoder.end()
  } catch (error) {
    decoder.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

function isOpen(decoder: Duplex): boolean {
  return !decoder.destroyed && !decoder.readableEnded
}

/** Ends also with the decoder's own end: zlib takes nothing more after the end of the data and never says so. */
function drained(decoder: Duplex): Promise<void> {
  return new Promise(resolve => {
    const events = ['drain', 'end', 'close'] as const
    const done = () => {
      for (const event of events) decoder.off(event, done)
      resolve()
    }
    for (const event of events) decoder.on(event, done)
  })
}
