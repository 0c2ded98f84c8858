// Frames of zstd without compression, by hand: Node 20 has no encoder, and a hostile one is wanted anyway.

const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const mostOfBlock = 128 * 1024

/** A frame that holds the bytes as they are, in blocks. */
export function plainZstd(bytes) {
  return frame([...rawBlocks(bytes), block({ type: 0, size: 0, content: Buffer.alloc(0), last: true })])
}

/** A frame of the bytes and then so many blocks of 128 KiB that take four bytes each. */
export function repeatingZstd(bytes, blocks) {
  const zeros = Array.from({ length: blocks }, (_, at) =>
    block({ type: 1, size: mostOfBlock, content: Buffer.from([0]), last: at === blocks - 1 }),
  )
  return frame([...rawBlocks(bytes), ...zeros])
}

/** A frame that asks for a window of almost 4 TiB. */
export function windowZstd(bytes) {
  const asked = plainZstd(bytes)
  asked[5] = 0xff
  return asked
}

/** Descriptor 0: no content size, no checksum, no dictionary; a window of 2 MiB. */
const frame = blocks => Buffer.concat([magic, Buffer.from([0, 0x58]), ...blocks])

function rawBlocks(bytes) {
  const blocks = []
  for (let at = 0; at < bytes.length; at += mostOfBlock) {
    const content = bytes.subarray(at, at + mostOfBlock)
    blocks.push(block({ type: 0, size: content.length, content, last: false }))
  }
  return blocks
}

function block({ type, size, content, last }) {
  const head = Buffer.alloc(3)
  head.writeUIntLE((size << 3) | (type << 1) | (last ? 1 : 0), 0, 3)
  return Buffer.concat([head, content])
}
