import * as zlib from 'node:zlib'
import { Problem } from '../domain/problem.ts'
import { decodeThrough } from './decode-through.ts'
import { decodeZstd } from './zstd-decoder.ts'

/** Turns the bytes of a body into what they were before its Content-Encoding. */
export type Decode = (source: AsyncIterable<Buffer>) => AsyncIterable<Uint8Array>

/** Decoding runs in another thread: enough room lets it go on while the bytes before are being taken. */
const room = 256 * 1024
const options = { chunkSize: 64 * 1024, readableHighWaterMark: room, writableHighWaterMark: room }

/** Node has zstd from 22.15 on; its types here know only the oldest Node we run on. */
const nativeZstd = (zlib as { createZstdDecompress?: (options: zlib.ZlibOptions) => zlib.Gunzip }).createZstdDecompress

const decoders: Readonly<Record<string, Decode>> = {
  '': source => source,
  identity: source => source,
  gzip: gunzip,
  'x-gzip': gunzip,
  zstd: nativeZstd ? source => decodeThrough({ source, decoder: nativeZstd(options), encoding: 'zstd' }) : decodeZstd,
}

/** The way to decode a body with this Content-Encoding; refuses every other and stacked ones. */
export function contentDecoder(encoding: string | readonly string[] | undefined): Decode {
  const name = [encoding ?? ''].flat().join(', ').trim().toLowerCase()
  const decode = Object.hasOwn(decoders, name) ? decoders[name] : undefined
  if (decode) return decode
  const detail = 'Content-Encoding must be identity, gzip or zstd'
  throw new Problem('bad_request', [{ detail, source: { header: 'Content-Encoding' } }])
}

function gunzip(source: AsyncIterable<Buffer>): AsyncIterable<Uint8Array> {
  return decodeThrough({ source, decoder: zlib.createGunzip(options), encoding: 'gzip' })
}
