import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import type { Codec } from '../operations/ports/blob-store.ts'

/** How one codec is written and read; identity needs neither way. */
interface CodecEntry {
  /** What a copy's name ends in, so that a person with a shell can read it too. */
  readonly extension: string
  readonly encoder?: () => Transform
  readonly decoder?: () => Transform
}

// Each of zlib's steps is a trip to its thread pool, so steps are made larger than its 16 KiB
const chunkSize = 128 * 1024
const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN } = zlib.constants
const brotli = { [BROTLI_PARAM_QUALITY]: 3, [BROTLI_PARAM_LGWIN]: 20 }

/** Every codec of stored copies. Why these parameters: docs/decisions/0003-compression-at-rest.md. */
export const codecs: Readonly<Record<Codec, CodecEntry>> = {
  identity: { extension: '' },
  gzip: { extension: '.gz', encoder: () => zlib.createGzip({ chunkSize }), decoder: () => zlib.createGunzip({ chunkSize }) },
  brotli: {
    extension: '.br',
    encoder: () => zlib.createBrotliCompress({ chunkSize, params: brotli }),
    decoder: () => zlib.createBrotliDecompress({ chunkSize }),
  },
  zstd: { extension: '.zst', decoder: zstdDecoder },
}

function zstdDecoder(): Transform {
  // Newer than the Node we support at least, and than its types
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress')
  if (typeof create !== 'function') throw new Error('this copy is kept as zstd, which Node reads from 22.15 on')
  return create({ chunkSize })
}
