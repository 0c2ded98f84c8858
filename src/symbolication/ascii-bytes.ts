/** The bytes of an ASCII text, in memory of their own, which can be moved to another thread. */
export function asciiBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(new ArrayBuffer(text.length))
  bytes.write(text, 'latin1')
  return bytes
}
