import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Problem, type ProblemCode } from '../domain/problem.ts'
import { type IntakeLimits, intakeLimits } from './limits.ts'
import { receiveUpload } from './receive-upload.ts'
import { boundary, hashingReceiver, jsParts, multipart, requestOf, type SamplePart } from './upload-samples.ts'

const usual = intakeLimits({ fileBytes: 1000, archiveBytes: 2000 })

interface Refusal {
  readonly parts?: readonly SamplePart[]
  readonly body?: Uint8Array
  readonly headers?: Record<string, string>
  readonly limits?: Partial<IntakeLimits>
  readonly code?: ProblemCode
  readonly detail: string
}

const refusals: Readonly<Record<string, Refusal>> = {
  'no event': { parts: jsParts({ event: undefined }), detail: 'Missing required part: event' },
  'an event that is not JSON': { parts: jsParts({ event: '{type:1}' }), detail: 'Part event is not a JSON object' },
  'an empty event': { parts: jsParts({ event: '' }), detail: 'Part event is not a JSON object' },
  'an event that is a list': { parts: jsParts({ event: '[]' }), detail: 'Part event is not a JSON object' },
  'an event that is null': { parts: jsParts({ event: 'null' }), detail: 'Part event is not a JSON object' },
  'an event that is not UTF-8': {
    parts: jsParts({ event: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) }),
    detail: 'Part event is not a JSON object',
  },
  'an event without a type': { parts: jsParts({ event: '{"service":"a"}' }), detail: 'Missing required field: type' },
  'a missing file': { parts: jsParts({ minified_file: undefined }), detail: 'Missing required file: minified_file' },
  'a second event': { parts: [...jsParts(), { name: 'event', bytes: '{}' }], detail: 'Part event must be sent once' },
  'a second map': { parts: [...jsParts(), { name: 'source_map', bytes: '{}' }], detail: 'Part source_map must be sent once' },
  'too many parts': {
    parts: [...jsParts(), ...Array.from({ length: 30 }, (_, at) => ({ name: `more_${at}`, bytes: '' }))],
    detail: 'The upload has more than 32 parts',
  },
  'a large event': {
    parts: jsParts(),
    limits: { eventBytes: 20 },
    code: 'too_large',
    detail: 'Part event is larger than 20 bytes',
  },
  'a large git field': {
    parts: [...jsParts(), { name: 'git_commit_sha', bytes: 'a'.repeat(20_000) }],
    code: 'too_large',
    detail: 'Part git_commit_sha is larger than 16384 bytes',
  },
  'a large file': {
    parts: jsParts({ minified_file: 'x'.repeat(1001) }),
    code: 'too_large',
    detail: 'Part minified_file is larger than 1000 bytes',
  },
  'a large body': {
    parts: jsParts({ unknown: 'x'.repeat(5000) }),
    limits: { totalBytes: 4000 },
    code: 'too_large',
    detail: 'The upload is larger than 4000 bytes',
  },
  'an announced large body': {
    parts: jsParts(),
    headers: { 'content-length': '5000000000' },
    code: 'too_large',
    detail: `The upload is larger than ${usual.totalBytes} bytes`,
  },
  'an empty body': { body: Buffer.alloc(0), detail: 'The upload ended before its last boundary' },
  'a body without parts': { body: multipart([]), detail: 'Missing required part: event' },
  'a body with another boundary': {
    body: Buffer.from('--other\r\n\r\n\r\n--other--'),
    detail: 'The upload ended before its last boundary',
  },
}

for (const [what, refusal] of Object.entries(refusals)) {
  test(`an upload with ${what} is refused and nothing is kept`, () => refuses(refusal))
}

for (const type of [
  '',
  'application/json',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'multipart/mixed; boundary=a',
  'multipart/form-data; boundary=""',
  `multipart/form-data; boundary=${'b'.repeat(300)}`,
]) {
  test(`the content type ${JSON.stringify(type.slice(0, 60))} is refused`, () =>
    refuses({ parts: jsParts(), headers: { 'content-type': type }, detail: 'Content-Type must be multipart/form-data with a boundary' }))
}

for (const encoding of ['br', 'deflate', 'gzip, gzip', 'gzip, identity', 'constructor']) {
  test(`the content encoding ${encoding} is refused`, () =>
    refuses({ parts: jsParts(), headers: { 'content-encoding': encoding }, detail: 'Content-Encoding must be identity, gzip or zstd' }))
}

test('a large repository description is refused, a large list of paths beside a map is not', async () => {
  const limits = { repositoryBytes: 10 }
  const repository = '{"data":[{"repository_url":"https://a/b","hash":"c"}]}'
  const parts = [
    { name: 'event', bytes: '{"type":"repository"}' },
    { name: 'repository', bytes: repository },
  ]
  await refuses({ parts, limits, code: 'too_large', detail: 'Part repository is larger than 10 bytes' })
  const upload = await receiveUpload(requestOf(multipart(jsParts({ repository }))), hashingReceiver(), { ...usual, ...limits })
  assert.equal(upload.repository, undefined)
})

test('a repository description that is not JSON is refused', () =>
  refuses({
    parts: [
      { name: 'event', bytes: '{"type":"repository","git_repository_url":"https://a/b","git_commit_sha":"c"}' },
      { name: 'repository', bytes: 'https://bob:secret@a/b' },
    ],
    detail: 'Part repository is not a JSON object',
  }))

test('what the receiver throws comes through unchanged, and what it had taken is discarded', async () => {
  const receiver = hashingReceiver()
  const full = new Error('no space left')
  const failing = {
    ...receiver,
    async receive(source: AsyncIterable<Uint8Array>, limit: number) {
      const file = await receiver.receive(source, limit)
      if (receiver.held.size < 2) return file
      receiver.held.delete(file)
      throw full
    },
  }
  await assert.rejects(receiveUpload(requestOf(multipart(jsParts())), failing, usual), error => error === full)
  assert.equal(receiver.held.size, 0)
})

test('a receiver that throws before it reads does not keep the upload waiting', async () => {
  const full = new Error('no space left')
  const receiver = { receive: () => Promise.reject(full), discard: () => Promise.resolve() }
  const body = multipart(jsParts({ source_map: 'x'.repeat(900_000) }))
  const limits = intakeLimits({ fileBytes: 1_000_000, archiveBytes: 1 })
  await assert.rejects(receiveUpload(requestOf(body), receiver, limits), error => error === full)
})

async function refuses({ parts = [], body = multipart(parts), headers = {}, limits = {}, code = 'bad_request', detail }: Refusal) {
  const receiver = hashingReceiver()
  const request = requestOf(body, { 'content-type': `multipart/form-data; boundary=${boundary}`, ...headers })
  const problem = await receiveUpload(request, receiver, { ...usual, ...limits }).catch((error: unknown) => error)
  assert.ok(problem instanceof Problem, String(problem))
  assert.deepEqual({ code: problem.code, detail: problem.message }, { code, detail })
  assert.equal(receiver.held.size, 0)
}
