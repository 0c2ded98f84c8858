import { open } from 'node:fs/promises'
import { type ByteRange, type CopyName, MissingCopy } from '../../operations/ports/blob-store.ts'
import { codecs } from '../codecs.ts'
import { slice } from '../slice.ts'
import { through } from '../through.ts'
import { fileBytes } from './file-bytes.ts'
import { isCode } from './is-code.ts'

/** The bytes of a copy as uploaded, or a part of them. Throws {@link MissingCopy} now rather than at the first byte. */
export async function readCopy(path: string, name: CopyName, range?: ByteRange): Promise<AsyncIterable<Uint8Array>> {
  const bytes = copyBytes(path, name, range)
  await bytes.next()
  return bytes
}

/** Its first step opens the file and gives no bytes: from then on stopping closes it, even before anything was read. */
async function* copyBytes(path: string, name: CopyName, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const decoder = codecs[name.codec].decoder?.()
  const file = await open(path, 'r').catch(error => {
    throw isCode(error, 'ENOENT') ? new MissingCopy(name) : error
  })
  try {
    yield new Uint8Array()
    if (!decoder) yield* fileBytes(file, range)
    else if (range) yield* slice(through(fileBytes(file), decoder), range)
    else yield* through(fileBytes(file), decoder)
  } finally {
    decoder?.destroy()
    await file.close()
  }
}
