import type { Codec } from '../operations/ports/blob-store.ts'

/** The codec into which copies are compressed in the background; chosen in docs/decisions/0003-compression-at-rest.md. */
export const backgroundCodec: Codec = 'brotli'
