import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { Problem } from '../domain/problem.ts'
import type { IntakeLimits } from './limits.ts'
import { until } from './until.ts'

/** One part of a multipart body; the body goes on only while `bytes` are taken. */
export interface Part {
  readonly name: string
  readonly fileName: string | undefined
  readonly bytes: BusboyFileStream
}

/** A multipart body, and what is done with each of its parts. */
export interface PartReading {
  readonly body: AsyncIterable<Uint8Array>
  readonly contentType: string | string[] | undefined
  readonly limits: IntakeLimits
  /** Called when a part begins; must consume it. */
  readonly take: (part: Part) => Promise<void>
  /** Aborted by the first failure, with its reason. */
  readonly stop: AbortController
}

/** Bytes of a part that may wait for its taker. */
const room = 256 * 1024

/** Hands over the parts of a multipart body in their order; done when every part has been taken and the last boundary was seen. */
export async function readParts(reading: PartReading): Promise<void> {
  const { stop, take } = reading
  const fail = (error: unknown) => stop.abort(error)
  const parser = openParser(reading)
  const taken: Promise<void>[] = []
  const open = new Set<BusboyFileStream>()
  // A part whose upload is given up must not keep its taker waiting
  stop.signal.addEventListener('abort', () => {
    for (const bytes of open) bytes.destroy(stop.signal.reason)
  })
  parser.on('error', () => fail(new Problem('bad_request', 'The upload ended before its last boundary')))
  parser.on('partsLimit', () => fail(new Problem('bad_request', `The upload has more than ${reading.limits.parts} parts`)))
  parser.on('file', (name, bytes, fileName) => {
    open.add(bytes)
    // The parser emits errors here too, whether anybody listens or not
    bytes.on('error', () => {})
    bytes.on('close', () => open.delete(bytes))
    if (stop.signal.aborted) bytes.destroy(stop.signal.reason)
    taken.push(take({ name, fileName: fileName || undefined, bytes }).catch(fail))
  })
  await pump(reading, parser).catch(fail)
  await Promise.all(taken)
  stop.signal.throwIfAborted()
}

function openParser({ contentType, limits }: PartReading): BusboyInstance {
  const type = [contentType ?? ''].flat()[0] ?? ''
  if (!/^multipart\/form-data\s*;.*boundary=("[^"]|[^\s";])/i.test(type)) throw wrongType()
  try {
    return new Busboy({
      headers: { 'content-type': type },
      // wire: JSON parts carry file names too, so every part is a file here and its name decides (wire-intake section 2)
      isPartAFile: () => true,
      fileHwm: room,
      limits: { parts: limits.parts, headerSize: limits.headerBytes },
    })
  } catch {
    throw wrongType()
  }
}

function wrongType(): Problem {
  const detail = 'Content-Type must be multipart/form-data with a boundary'
  return new Problem('bad_request', [{ detail, source: { header: 'Content-Type' } }])
}

async function pump({ body, stop: { signal } }: PartReading, parser: BusboyInstance): Promise<void> {
  // From the start: a body without parts is finished while it is still being written, and nobody would be told again
  const finished = new Promise<void>(resolve => parser.once('finish', resolve))
  for await (const chunk of body) {
    await until<void>(signal, resolve => {
      parser.write(chunk, () => resolve())
      return () => {}
    })
  }
  await until<void>(signal, resolve => {
    void finished.then(resolve)
    parser.end()
    return () => {}
  })
}
