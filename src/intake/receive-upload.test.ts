import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { intakeLimits } from './limits.ts'
import { receiveUpload } from './receive-upload.ts'
import { boundary, hashingReceiver, jsParts, multipart, requestOf, type SamplePart } from './upload-samples.ts'

const limits = intakeLimits({ fileBytes: 1000, archiveBytes: 2000 })
const head = (text: string) => `Content-Disposition: form-data; ${text}`

function receive(parts: readonly SamplePart[], headers: Record<string, string> = {}, receiver = hashingReceiver()) {
  return receiveUpload(requestOf(multipart(parts), headers), receiver, limits)
}

test('parts may come in any order, and files are given in the order of the kind', async () => {
  const parts = jsParts()
  const expected = await receive(parts)
  assert.deepEqual(
    expected.files.map(file => file.part),
    ['source_map', 'minified_file'],
  )
  for (const order of [
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ])
    assert.deepEqual(await receive(order.flatMap(at => parts[at] ?? [])), expected)
})

test('a part is known by its name, whether it has a file name or not', async () => {
  const parts = jsParts().map(({ name, bytes }): SamplePart => ({ head: head(`name=${name}`), bytes }))
  const { files, description } = await receive(parts)
  assert.equal(description.kind, 'js')
  assert.deepEqual(
    files.map(file => file.fileName),
    [undefined, undefined],
  )
})

test('unknown parts, parts of other kinds and parts without a name are ignored and nothing of them is kept', async () => {
  const receiver = hashingReceiver()
  const more = [
    { name: 'comment', bytes: 'x'.repeat(5000) },
    { name: 'elf_symbol_file', bytes: 'ELF' },
    { head: 'Content-Type: text/plain', bytes: 'x' },
  ]
  const upload = await receive([...more, ...jsParts()], {}, receiver)
  assert.deepEqual(upload, await receive(jsParts()))
  assert.deepEqual(
    [...receiver.held],
    upload.files.map(file => file.spooled),
  )
})

test('part headers come in every spelling that clients use', async () => {
  const event = JSON.stringify({ type: 'ndk_symbol_file', build_id: 'b1', arch: 'arm64' })
  const names = {
    'name="ndk_symbol_file"; filename="libmäp.so"': 'libmäp.so',
    'name="ndk_symbol_file"; filename="a%22b.so"': 'a%22b.so',
    'filename="lib/arm/libx.so"; name="ndk_symbol_file"': 'libx.so',
  }
  for (const [disposition, name] of Object.entries(names)) {
    const file = {
      head: `Content-Length: 3\r\ncontent-type: application/octet-stream\r\ncontent-disposition: form-data; ${disposition}`,
      bytes: 'ELF',
    }
    const { description, files } = await receive([file, { name: 'event', bytes: event }])
    assert.equal(description.attributes.file_name, name)
    assert.equal(files[0]?.fileName, name)
  }
})

test('the boundary may be quoted, and other parameters may stand before it', async () => {
  const expected = await receive(jsParts())
  for (const type of [`multipart/form-data; boundary="${boundary}"`, `Multipart/Form-Data; charset=utf-8; boundary=${boundary}`])
    assert.deepEqual(await receive(jsParts(), { 'content-type': type }), expected)
})

test('a file of exactly the limit is taken, and dSYM archives have their own limit', async () => {
  const js = await receive(jsParts({ source_map: 'x'.repeat(1000) }))
  assert.equal(js.files[0]?.spooled.size, 1000)
  const event = { name: 'event', bytes: '{"type":"ios_symbols","uuids":"A"}' }
  const ios = await receive([{ name: 'symbols_archive', bytes: 'x'.repeat(2000) }, event])
  assert.equal(ios.files[0]?.spooled.size, 2000)
  await assert.rejects(receive([{ name: 'symbols_archive', bytes: 'x'.repeat(2001) }, event]), { code: 'too_large' })
})

test('a repository description is kept under its own kind only', async () => {
  const repository = '{"data":[{"files":["a"],"hash":"c1","repository_url":"https://git.acme.example/shop"}]}'
  const described = await receive([
    { name: 'repository', fileName: 'repository', bytes: repository },
    { name: 'event', bytes: '{"type":"repository"}' },
  ])
  assert.deepEqual(
    described.files.map(file => [file.part, file.spooled.size]),
    [['repository', repository.length]],
  )
  assert.deepEqual(described.description.identity, ['repository', 'https://git.acme.example/shop', 'c1'])
  const js = await receive(jsParts({ repository }))
  assert.equal(js.files.length, 2)
  assert.deepEqual(js.repository, described.repository)
})

test('credentials are neither in the event, nor in the repository part, nor in the identity', async () => {
  const url = 'https://bob:s3cret@git.acme.example/shop'
  const repository = JSON.stringify({
    data: [
      { repository_url: url, hash: 'c1' },
      { repository_url: url, hash: 'c2' },
    ],
    version: 1,
  })
  const event = `{"type":"repository",  "git_repository_url":"${url}","git_commit_sha":"c1","n":1}`
  const kept: string[] = []
  const receiver = {
    async receive(source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) kept.push(Buffer.from(chunk).toString())
    },
    async discard() {},
  }
  const upload = await receiveUpload(
    requestOf(
      multipart([
        { name: 'event', bytes: event },
        { name: 'repository', bytes: repository },
      ]),
    ),
    receiver,
    limits,
  )
  assert.ok(!JSON.stringify([upload, kept]).includes('s3cret'))
  assert.deepEqual(JSON.parse(upload.event), { ...JSON.parse(event), git_repository_url: 'https://git.acme.example/shop' })
  assert.deepEqual(
    JSON.parse(kept.join('')).data.map((each: { hash: string }) => each.hash),
    ['c1', 'c2'],
  )
})

test('an earlier value of a repeated event member cannot smuggle credentials in', async () => {
  const event = '{"type":"js_sourcemap","debug_id":"d","git_repository_url":"https://bob:s3cret@a/b","git_repository_url":"https://a/b"}'
  const upload = await receive(jsParts({ event }))
  assert.ok(!upload.event.includes('s3cret'))
})

test('an event is kept as sent, blanks, order and odd members included', async () => {
  const event =
    ' {"service" : "å\\u00e5", "type":"js_sourcemap", "debug_id":"d", "__proto__":{"version":"1"}, "constructor":1, "big":12345678901234567890}\n'
  const upload = await receive(jsParts({ event }))
  assert.equal(upload.event, event)
  assert.deepEqual(upload.description.attributes, { service: 'åå', debug_id: 'd' })
  assert.equal(({} as Record<string, unknown>).version, undefined)
})

test('a deeply nested event is read or refused, never a fault', async () => {
  for (const member of ['"a"', '"git_repository_url":"https://b:s@a/b","a"']) {
    const nested = `{"type":"js_sourcemap","debug_id":"d",${member}:${'['.repeat(200_000)}${']'.repeat(200_000)}}`
    const outcome = await receive(jsParts({ event: nested })).then(
      () => 'received',
      error => error.code,
    )
    assert.ok(['received', 'bad_request'].includes(outcome), String(outcome))
  }
})

test('many uploads at once do not disturb each other', async () => {
  const packed = gzipSync(multipart(jsParts()))
  const uploads = Array.from({ length: 40 }, () =>
    receiveUpload(requestOf(packed, { 'content-encoding': 'gzip' }), hashingReceiver(), limits),
  )
  const expected = await receive(jsParts())
  for (const upload of await Promise.all(uploads)) assert.deepEqual(upload, expected)
})
