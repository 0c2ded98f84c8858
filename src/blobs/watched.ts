import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Transform } from 'node:stream'
import { type CopyName, DamagedCopy } from '../operations/ports/blob-store.ts'
import { codecs } from './codecs.ts'
import { digestOf } from './digest-of.ts'

/**
 * The stored bytes of a copy as they are, looked at on their way: throws {@link DamagedCopy} at their end unless they decode to what the
 * digest says. So bytes can be passed on in the form they have, and nobody need read them twice.
 */
export async function* watched(stored: AsyncIterable<Uint8Array>, name: CopyName): AsyncGenerator<Uint8Array> {
  const look = codecs[name.codec].decoder?.()
  const watch = look ? decodingWatch(look) : plainWatch()
  try {
    for await (const chunk of stored) {
      await watch.see(chunk)
      yield chunk
    }
    const found = await watch.digest()
    if (found !== name.digest) throw new DamagedCopy(name, found)
  } finally {
    look?.destroy()
  }
}

interface Watch {
  see(chunk: Uint8Array): Promise<void>
  digest(): Promise<string>
}

function plainWatch(): Watch {
  const hash = createHash('sha256')
  return {
    see: async chunk => {
      hash.update(chunk)
    },
    digest: async () => hash.digest('hex'),
  }
}

/** Bytes that cannot be decoded have a digest that nobody has. */
function decodingWatch(decoder: Transform): Watch {
  const found = digestOf(decoder).catch(error => `nothing (${(error as Error).message})`)
  return {
    see: async chunk => {
      if (decoder.destroyed || decoder.write(chunk)) return
      // An end of what it decodes comes before the end of the bytes where they are damaged
      await Promise.race([once(decoder, 'drain').catch(() => {}), found])
    },
    digest: async () => {
      if (!decoder.destroyed) decoder.end()
      return found
    },
  }
}
