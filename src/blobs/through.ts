import type { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** The bytes of `source` after a step such as a decoder; both are closed when the consumer stops early. */
export async function* through(source: AsyncIterable<Uint8Array>, step: Transform): AsyncGenerator<Uint8Array> {
  const flow = pipeline(source, step)
  // A failure of the source or of the step reaches the consumer through the step
  flow.catch(() => {})
  try {
    yield* step
  } finally {
    step.destroy()
    await flow.catch(() => {})
  }
}
