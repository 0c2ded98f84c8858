import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Problem, type ProblemCode } from '../domain/problem.ts'
import { contentDecoder, type Decode } from './content-encoding.ts'
import { intakeLimits } from './limits.ts'
import { receiveUpload } from './receive-upload.ts'
import { captureRequest, captures, hashingReceiver, jsParts, multipart, requestOf } from './upload-samples.ts'
import { decodeZstd } from './zstd-decoder.ts'

const MiB = 1024 * 1024
const limits = intakeLimits({ fileBytes: 500 * MiB, archiveBytes: 500 * MiB })
const body = multipart(jsParts())
const zstdDecoders: Readonly<Record<string, Decode>> = { 'the decoder in use': contentDecoder('zstd'), 'the fallback': decodeZstd }

for (const encoding of [undefined, '', 'identity', 'Identity', ' '])
  test(`the content encoding ${JSON.stringify(encoding)} means none`, () => receives(body, encoding))

for (const encoding of ['gzip', 'GZip', 'x-gzip'])
  test(`the content encoding ${encoding} is gzip`, () => receives(gzipSync(body), encoding))

for (const encoding of ['zstd', 'ZSTD']) test(`the content encoding ${encoding} is zstd`, () => receives(zstdFrame([raw(body)]), encoding))

test('gzip members may follow each other, and zeros may follow them', async () => {
  const half = body.length >> 1
  await receives(Buffer.concat([gzipSync(body.subarray(0, half)), gzipSync(body.subarray(half)), Buffer.alloc(100)]), 'gzip')
})

test('whatever follows the gzip data ends in an answer', async () => {
  for (const size of [1, 9, 10, 100_000]) {
    const trailed = Buffer.concat([gzipSync(body), Buffer.alloc(size, 'garbage')])
    for (const chunks of [[trailed], [trailed.subarray(0, trailed.length - size), trailed.subarray(trailed.length - size)]]) {
      const outcome = await receive(chunks, 'gzip').then(
        () => 'received',
        error => error.code,
      )
      assert.ok(['received', 'bad_request'].includes(outcome), outcome)
    }
  }
})

test('a body that is not what its encoding says is refused', async () => {
  for (const encoding of ['gzip', 'zstd']) await refuses(body, encoding, 'bad_request')
  await refuses(gzipSync(body), 'zstd', 'bad_request')
  await refuses(zstdFrame([raw(body)]), 'gzip', 'bad_request')
})

test('gzip that grows beyond all reason is refused', async () => {
  const bomb = gzipSync(multipart(jsParts({ source_map: Buffer.alloc(64 * MiB) })))
  await refuses(bomb, 'gzip', 'too_large')
})

test('zstd that grows beyond all reason is refused', async () => {
  const head = body.subarray(0, body.indexOf('{"version":3}'))
  const blocks = Array.from({ length: 100_000 }, () => repeated(0, 128 * 1024))
  await refuses(zstdFrame([raw(head), ...blocks]), 'zstd', 'too_large')
})

test('a body that compresses well but is small is believed', async () => {
  const upload = await receive([gzipSync(multipart(jsParts({ source_map: Buffer.alloc(30 * MiB) })))], 'gzip')
  assert.equal(upload.files[0]?.spooled.size, 30 * MiB)
})

for (const [name, decode] of Object.entries(zstdDecoders)) {
  test(`${name} of zstd reads blocks of every type, wherever they are cut`, async () => {
    const frame = zstdFrame([raw(Buffer.from('hello ')), repeated(0x61, 5), raw(Buffer.from(' end'))])
    await readsWhereverCut(decode, frame, 'hello aaaaa end')
  })

  test(`${name} of zstd reads what a real uploader compressed, byte by byte too`, async () => {
    const capture = captures().find(each => each.content_encoding === 'zstd')
    assert.ok(capture)
    const packed = captureRequest(capture.file).body
    const whole = await decoded(decode, [packed])
    assert.ok(whole.includes('elf_symbol_file'))
    assert.equal(
      await decoded(
        decode,
        Array.from(packed, byte => Buffer.of(byte)),
      ),
      whole,
    )
  })

  test(`${name} of zstd refuses a stream that ends too early, wherever it ends`, async () => {
    const frame = zstdFrame([raw(Buffer.from('hello')), repeated(0x61, 500)])
    for (let length = 1; length < frame.length; length++)
      await assert.rejects(decoded(decode, [frame.subarray(0, length)]), (error: unknown) => error instanceof Problem)
  })

  test(`${name} of zstd refuses a window of a gigabyte`, async () => {
    const greedy = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 20 << 3, 1, 0, 0])
    await assert.rejects(decoded(decode, [greedy]), (error: unknown) => error instanceof Problem)
  })
}

test('the fallback of zstd reads frames that follow each other and skips what is skippable', async () => {
  const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3])
  const frames = [skippable, zstdFrame([raw(Buffer.from('hello '))]), skippable, zstdFrame([]), zstdFrame([repeated(0x61, 5)])]
  await readsWhereverCut(decodeZstd, Buffer.concat(frames), 'hello aaaaa')
})

test('the fallback of zstd refuses dictionaries, malformed blocks and huge single segments', async () => {
  const dictionary = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 0, 7, 1, 0, 0])
  const reserved = Buffer.concat([zstdFrame([]).subarray(0, 6), Buffer.from([7, 0, 0])])
  const segment = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0x40, 1, 0, 0])
  for (const bytes of [dictionary, reserved, segment, Buffer.from('nothing of the kind')])
    await assert.rejects(decoded(decodeZstd, [bytes]), (error: unknown) => error instanceof Problem)
})

function receive(chunks: readonly Uint8Array[], encoding: string | undefined) {
  const headers = encoding === undefined ? {} : { 'content-encoding': encoding }
  return receiveUpload(requestOf(chunks, headers), hashingReceiver(), limits)
}

async function receives(encoded: Buffer, encoding: string | undefined): Promise<void> {
  const upload = await receive([encoded], encoding)
  assert.deepEqual(upload.files, (await receive([body], undefined)).files)
}

async function refuses(encoded: Buffer, encoding: string, code: ProblemCode): Promise<void> {
  await assert.rejects(receive([encoded], encoding), (error: unknown) => error instanceof Problem && error.code === code)
}

async function readsWhereverCut(decode: Decode, stream: Buffer, text: string): Promise<void> {
  for (let cut = 0; cut <= stream.length; cut++) assert.equal(await decoded(decode, [stream.subarray(0, cut), stream.subarray(cut)]), text)
}

async function decoded(decode: Decode, chunks: readonly Buffer[]): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of decode(each(chunks))) pieces.push(piece)
  return Buffer.concat(pieces).toString('latin1')
}

async function* each(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks.filter(chunk => chunk.length > 0)
}

/** One block of a zstd frame: its type, its size as written, and its content. */
interface Block {
  readonly type: 0 | 1
  readonly size: number
  readonly content: Buffer
}

function raw(content: Buffer): Block {
  return { type: 0, size: content.length, content }
}

function repeated(byte: number, size: number): Block {
  return { type: 1, size, content: Buffer.of(byte) }
}

/** A frame without checksum and with a window of 8 MiB, whose last block is empty (RFC 8878). */
function zstdFrame(blocks: readonly Block[]): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 13 << 3])
  const pieces = blocks.flatMap(({ type, size, content }) => [blockHeader((size << 3) | (type << 1)), content])
  return Buffer.concat([head, ...pieces, blockHeader(1)])
}

function blockHeader(value: number): Buffer {
  const bytes = Buffer.alloc(3)
  bytes.writeUIntLE(value, 0, 3)
  return bytes
}
