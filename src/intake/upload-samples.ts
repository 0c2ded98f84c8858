import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { FileReceiver } from './file-receiver.ts'
import type { UploadRequest } from './upload-request.ts'

/** For tests: where the recorded uploads lie, seen from the project's root. */
export const captureFolder = path.resolve('test/fixtures/intake')

/** For tests: what is known of one recorded upload. */
export interface Capture {
  readonly name: string
  readonly file: string
  readonly kind: string | null
  readonly event_type: string
  readonly content_encoding: string | null
  readonly parts?: readonly { readonly name: string; readonly filename: string | null; readonly size: number; readonly sha256: string }[]
  readonly event: Readonly<Record<string, unknown>>
  readonly attributes: Readonly<Record<string, unknown>> | null
  readonly git: { readonly repository_url: string; readonly commit_sha: string } | null
}

/** For tests: the recorded uploads of real programs. */
export function captures(): Capture[] {
  const manifest = JSON.parse(fs.readFileSync(path.join(captureFolder, 'manifest.json'), 'utf8'))
  return manifest.captures.filter((capture: Capture) => capture.parts)
}

/** For tests: the request of a recorded upload, its body in one chunk. */
export function captureRequest(file: string): { headers: Record<string, string>; body: Buffer } {
  const raw = fs.readFileSync(path.join(captureFolder, file))
  const end = raw.indexOf('\r\n\r\n')
  const lines = raw.subarray(0, end).toString('latin1').split('\r\n').slice(1)
  const headers = lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
  return { headers: Object.fromEntries(headers), body: raw.subarray(end + 4) }
}

/** For tests: a file in memory, as the receiver below keeps it. */
export interface HashedFile {
  readonly digest: string
  readonly size: number
}

/** For tests: a receiver that hashes, and that knows how many files it holds. */
export interface HashingReceiver extends FileReceiver<HashedFile> {
  readonly held: Set<HashedFile>
}

/** For tests: makes a {@link HashingReceiver}. */
export function hashingReceiver(): HashingReceiver {
  const held = new Set<HashedFile>()
  return {
    held,
    async receive(source) {
      const hash = createHash('sha256')
      let size = 0
      for await (const chunk of source) {
        hash.update(chunk)
        size += chunk.length
      }
      const file = { digest: hash.digest('hex'), size }
      held.add(file)
      return file
    },
    async discard(file) {
      held.delete(file)
    },
  }
}

/** For tests: one part of a multipart body. `head`: header lines in place of the usual Content-Disposition. */
export interface SamplePart {
  readonly name?: string
  readonly fileName?: string
  readonly head?: string
  readonly bytes: string | Uint8Array
}

/** For tests: the boundary of all sample bodies. */
export const boundary = '--------------------------0123456789abcdef01234567'

/** For tests: a multipart body as real uploaders write it. */
export function multipart(parts: readonly SamplePart[]): Buffer {
  const pieces = parts.flatMap(part => [`--${boundary}\r\n${headOf(part)}\r\n\r\n`, part.bytes, '\r\n'])
  return Buffer.concat([...pieces, `--${boundary}--\r\n`].map(piece => Buffer.from(piece as string)))
}

function headOf({ name, fileName, head }: SamplePart): string {
  const disposition = `Content-Disposition: form-data; name="${name}"`
  return head ?? (fileName === undefined ? disposition : `${disposition}; filename="${fileName}"`)
}

/** For tests: a small js upload; parts may be replaced by name or added. */
export function jsParts(changed: Readonly<Record<string, SamplePart['bytes'] | undefined>> = {}): SamplePart[] {
  const event = { type: 'js_sourcemap', service: 'shop', version: '1.4.2', minified_url: 'https://static.acme.example/main.js' }
  const usual = { event: JSON.stringify(event), source_map: '{"version":3}', minified_file: 'let a\r\n--b\r\n' }
  return Object.entries({ ...usual, ...changed }).flatMap(([name, bytes]) => (bytes === undefined ? [] : [{ name, fileName: name, bytes }]))
}

/** For tests: a request whose body arrives in these chunks. */
export function requestOf(chunks: Uint8Array | readonly Uint8Array[], headers: Record<string, string> = {}): UploadRequest {
  const list = chunks instanceof Uint8Array ? [chunks] : chunks
  const contentType = `multipart/form-data; boundary=${boundary}`
  return { headers: { 'content-type': contentType, ...headers }, body: Readable.from(list, { objectMode: false }) }
}
