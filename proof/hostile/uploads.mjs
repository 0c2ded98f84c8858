// Uploads that are wrong in one or several ways at once: multipart, encodings, the event, names.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { jsonTexts } from './json-texts.mjs'
import { kindNames, mapOf } from './maps.mjs'
import { keyLines, render } from './request.mjs'
import { bytesOf, lineOf, nasty, nastyName } from './words.mjs'
import { plainZstd, repeatingZstd, windowZstd } from './zstd.mjs'

const pick = (...choices) => fc.constantFrom(...choices)

/** An upload that is right, small, and one of few, so that many are repeats. */
const rightUpload = fc
  .record({ kind: pick(...kindNames), service: pick('web', 'api'), version: pick('1', '2'), tag: pick('red', 'blue', 'green') })
  .map(({ kind, ...names }) => mapOf(kind, names))

const members = [
  ...[
    'type',
    'service',
    'version',
    'minified_url',
    'debug_id',
    'build_id',
    'gnu_build_id',
    'uuids',
    'arch',
    'filename',
    'file_hash',
    'origin',
    'platform',
  ],
  ...[
    'bundle_name',
    'variant',
    'overwrite',
    'git_repository_url',
    'git_commit_sha',
    'symbol_source',
    '__proto__',
    'constructor',
    'toString',
    'prototype',
    'id',
    'organization',
  ],
]

const oddValue = fc.oneof(
  { weight: 3, arbitrary: nasty },
  pick(null, true, false, 0, -1, 1.5, 2 ** 53, 1e308, [], {}, [[]], { type: 'js_sourcemap' }, ['a', 'b'], [null], {
    __proto__: null,
    a: 1,
  }),
)

const eventEdit = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(pick(...members), oddValue).map(
      ([name, value]) =>
        event =>
          withMember(event, { name, value }),
    ),
  },
  { weight: 1, arbitrary: pick(...members).map(name => event => without(event, name)) },
)

function withMember(event, { name, value }) {
  return Object.fromEntries([...Object.entries(event).filter(([each]) => each !== name), [name, value]])
}

const without = (event, name) => Object.fromEntries(Object.entries(event).filter(([each]) => each !== name))

/** What may be wrong with the parts; each takes a list of `{ head, content }` and gives one. `breaks`: the upload must not be taken. */
const partEdits = fc.oneof(
  fc.nat(3).map(at => ({ edit: parts => parts.filter((_, each) => each !== at % parts.length), name: 'a part missing' })),
  fc.nat(3).map(at => ({ edit: parts => [...parts, parts[at % parts.length]], name: 'a part twice', breaks: true })),
  fc.constant({ edit: parts => parts.toReversed(), name: 'the event last' }),
  fc.tuple(fc.nat(3), nasty).map(([at, name]) => ({ edit: parts => renamed(parts, at, disposition(name)), name: 'a part renamed' })),
  fc
    .tuple(fc.nat(3), nastyName)
    .map(([at, name]) => ({ edit: parts => renamed(parts, at, old => `${old}; filename="${lineOf(name)}"`), name: 'a file name' })),
  fc.tuple(fc.nat(3), nastyName).map(([at, name]) => ({
    edit: parts => renamed(parts, at, old => `${old}; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`),
    name: 'a file name with a star',
  })),
  fc
    .tuple(fc.nat(3), pick(...oddDispositions()))
    .map(([at, head]) => ({ edit: parts => renamed(parts, at, () => head), name: 'an odd disposition' })),
  fc
    .tuple(fc.nat(3), pick(...oddPartHeaders()))
    .map(([at, line]) => ({ edit: parts => renamed(parts, at, old => `${old}\r\n${line}`), name: 'an odd header of a part' })),
  fc
    .tuple(pick(20, 29, 30, 31, 32, 33, 200), nasty)
    .map(([count, name]) => ({ edit: parts => [...parts, ...spare(count, name)], name: 'many parts', breaks: count > 31 })),
  fc.tuple(fc.nat(3), pick(70_000, 300_000, 1_100_000)).map(([at, size]) => ({
    edit: parts => parts.map((part, each) => (each === at % parts.length ? { ...part, content: part.content + '\0'.repeat(size) } : part)),
    name: 'a large part',
  })),
  fc
    .tuple(pick('event', 'repository', 'git_repository_url', 'git_commit_sha', 'source_map'), jsonTexts(oddValue))
    .map(([name, content]) => ({ edit: parts => [{ head: dispositionOf(name), content }, ...parts], name: 'a part put before' })),
)

const dispositionOf = name => `Content-Disposition: form-data; name="${name}"`

const disposition = name => () => dispositionOf(lineOf(name))

const renamed = (parts, at, edit) => parts.map((part, each) => (each === at % parts.length ? { ...part, head: edit(part.head) } : part))

const spare = (count, name) => Array.from({ length: count }, (_, at) => ({ head: dispositionOf(lineOf(`${name}${at}`)), content: 'x' }))

function oddDispositions() {
  return [
    ...[
      '',
      'Content-Disposition:',
      'Content-Disposition: form-data',
      'Content-Disposition: attachment; name="event"',
      'Content-Disposition: form-data; name=event',
    ],
    ...[
      'Content-Disposition: form-data; name=""',
      'Content-Disposition: form-data; name="event',
      "Content-Disposition: form-data; name='event'",
    ],
    ...[
      'Content-Disposition: form-data; name="ev\\"ent"',
      'Content-Disposition: form-data; name="event"; name="source_map"',
      'content-disposition:form-data;name="event"',
    ],
    ...[
      'Content-Disposition: form-data; name="a;b=\\"c\\""; filename="x\\"; name=\\"event"',
      'Content-Disposition: form-data; NAME="event"',
      'Content-Disposition : form-data; name="event"',
    ],
    ...[
      "Content-Disposition: form-data; name*=UTF-8''event",
      'Content-Disposition: form-data; name*0=ev; name*1=ent',
      'Content-Disposition: form-data; name="event\0"',
    ],
    ...[
      'Content-Disposition: form-data;\r\n name="event"',
      'Content-Disposition: form-data; name="event"\n',
      `Content-Disposition: form-data; name="${'e'.repeat(20_000)}"`,
    ],
    ...[
      'Content-Disposition: form-data; name="__proto__"',
      'Content-Disposition: form-data; name="constructor"; filename="__proto__"',
      'Content-Disposition: form-data; name="=?utf-8?b?ZXZlbnQ=?="',
    ],
  ]
}

function oddPartHeaders() {
  return [
    ...[
      'Content-Type: text/plain; charset=utf-16',
      'Content-Type: multipart/mixed; boundary=inner',
      'Content-Type: application/json; charset=nonsense',
      'Content-Type:',
      'Content-Type: \xff\xfe',
    ],
    ...[
      'Content-Transfer-Encoding: base64',
      'Content-Transfer-Encoding: quoted-printable',
      'Content-Encoding: gzip',
      'Content-Length: 5',
      'Content-Length: -1',
      'X: \0',
      'no colon',
      ': no name',
    ],
    ...[
      ' folded',
      `X: ${'y'.repeat(15_000)}`,
      `X: ${'y'.repeat(40_000)}`,
      'X: 1\r\n'.repeat(500).trimEnd(),
      'Content-Disposition: form-data; name="other"',
      '__proto__: x',
      'constructor: x',
    ],
  ]
}

/** What may be wrong with the body around the parts. */
const bodyEdits = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .integer({ min: 1, max: 99 })
      .map(share => ({ edit: body => body.slice(0, Math.max(1, Math.floor((body.length * share) / 100))), name: 'cut', breaks: true })),
  },
  fc.integer({ min: 3, max: 20 }).map(less => ({ edit: body => body.slice(0, -less), name: 'cut in its last boundary', breaks: true })),
  fc.constant({ edit: body => body.replaceAll('\r\n', '\n'), name: 'bare line feeds' }),
  fc.constant({ edit: body => body.replaceAll('\r\n', '\r'), name: 'bare returns' }),
  fc.constant({ edit: body => `\r\n\r\npreamble ${body}`, name: 'a preamble' }),
  fc.constant({ edit: body => `${body}epilogue\r\n${body}`, name: 'an epilogue' }),
  fc.constant({ edit: body => body.slice(2), name: 'no dashes first' }),
  fc.constant({ edit: () => '', name: 'no body', breaks: true }),
  fc
    .tuple(fc.nat(1000), fc.string({ unit: 'binary', maxLength: 4 }))
    .map(([at, text]) => ({ edit: body => splice(body, at % body.length, bytesOf(text)), name: 'bytes put in' })),
  fc.nat(1000).map(at => ({ edit: body => splice(body, at % body.length, '\r\n--'), name: 'half a boundary put in' })),
  fc.tuple(fc.nat(1000), fc.nat(255)).map(([at, byte]) => ({
    edit: body => body.slice(0, at % body.length) + String.fromCharCode(byte) + body.slice((at % body.length) + 1),
    name: 'a byte changed',
  })),
)

const splice = (text, at, more) => text.slice(0, at) + more + text.slice(at)

const boundaries = fc.oneof(
  { weight: 10, arbitrary: fc.constant({ given: 'X', used: 'X' }) },
  pick(
    ...[
      { given: '"X"', used: 'X' },
      { given: '"with blanks in it"', used: 'with blanks in it' },
      { given: 'X; charset=utf-8', used: 'X' },
      { given: 'X', used: 'Y', breaks: true },
      { given: '', used: 'X', breaks: true },
      { given: '""', used: 'X', breaks: true },
      { given: '"X', used: 'X' },
      { given: 'b'.repeat(70), used: 'b'.repeat(70) },
      { given: 'b'.repeat(5000), used: 'b'.repeat(5000) },
      { given: '--', used: '--' },
      { given: "'()+_,-./:=?", used: "'()+_,-./:=?" },
      { given: '"\\""', used: '"' },
      { given: '\xff\xfe', used: '\xff\xfe' },
      { given: 'X; boundary=Y', used: 'Y' },
      { given: '.*', used: '.*' },
      { given: '__proto__', used: '__proto__' },
    ],
  ),
)

const types = fc.oneof(
  { weight: 20, arbitrary: fc.constant(given => `multipart/form-data; boundary=${given}`) },
  pick(
    ...[
      given => `MULTIPART/FORM-DATA; BOUNDARY=${given}`,
      given => `multipart/mixed; boundary=${given}`,
      given => `multipart/form-data boundary=${given}`,
      () => 'multipart/form-data',
      () => 'application/json',
      () => '',
      given => `multipart/form-data; charset="; boundary=${given}`,
      given => `multipart/form-data;${' '.repeat(3000)}boundary=${given}`,
      given => `multipart/form-data; ${'a=b; '.repeat(1000)}boundary=${given}`,
      given => `application/x-www-form-urlencoded, multipart/form-data; boundary=${given}`,
      given => `multipart/form-data; boundary*=UTF-8''${given}`,
      given => `multipart/form-data; boundary*0=${given}; boundary*1=`,
    ],
  ),
)

const latin = bytes => bytes.toString('latin1')
const packed = (pack, body) => latin(pack(Buffer.from(body, 'latin1')))
const gzip = body => packed(gzipSync, body)

const bombs = makeBombs()

/** Bombs are made once, when the first is sent. */
function makeBombs() {
  const made = new Map()
  const once = (name, make) => () => {
    if (!made.has(name)) made.set(name, make())
    return made.get(name)
  }
  const head = '--X\r\nContent-Disposition: form-data; name="source_map"\r\n\r\n'
  return {
    gzip: once('gzip', () => gzip(head + '\0'.repeat(80 * 2 ** 20))),
    parts: once('parts', () => gzip(`${head}\r\n`.repeat(500_000))),
    lines: once('lines', () => gzip(`--X\r\n${'a: b\r\n'.repeat(4_000_000)}`)),
    boundaries: once('boundaries', () => gzip(head + '\r\n--'.repeat(8_000_000))),
    zstd: once('zstd', () => latin(repeatingZstd(Buffer.from(head), 4096))),
  }
}

/** What may be wrong with the encoding; `breaks` as above. */
const codings = fc.oneof(
  { weight: 30, arbitrary: fc.constant({ lines: [], code: body => body }) },
  {
    weight: 4,
    arbitrary: pick(
      { lines: [['Content-Encoding', 'gzip']], code: gzip },
      { lines: [['Content-Encoding', 'X-GZIP']], code: gzip },
      { lines: [['Content-Encoding', 'zstd']], code: body => packed(plainZstd, body) },
      { lines: [['Content-Encoding', 'identity']], code: body => body },
    ),
  },
  {
    weight: 12,
    arbitrary: pick(
      ...[
        { lines: [['Content-Encoding', 'deflate']], code: body => packed(deflateSync, body) },
        { lines: [['Content-Encoding', 'br']], code: body => packed(brotliCompressSync, body) },
        { lines: [['Content-Encoding', 'gzip, gzip']], code: body => gzip(gzip(body)) },
        {
          lines: [
            ['Content-Encoding', 'gzip'],
            ['Content-Encoding', 'zstd'],
          ],
          code: body => packed(plainZstd, gzip(body)),
        },
        { lines: [['Content-Encoding', 'gzip;q=1']], code: gzip },
        { lines: [['Content-Encoding', '__proto__']], code: body => body },
        { lines: [['Content-Encoding', 'constructor']], code: body => body },
        { lines: [['Content-Encoding', 'gzip']], code: body => body },
        { lines: [['Content-Encoding', 'zstd']], code: body => body },
        { lines: [['Content-Encoding', 'zstd']], code: gzip },
        { lines: [['Content-Encoding', 'gzip']], code: body => packed(plainZstd, body) },
        { lines: [], code: gzip },
        { lines: [['Content-Encoding', 'gzip']], code: () => '' },
        { lines: [['Content-Encoding', 'zstd']], code: () => '' },
        { lines: [['Content-Encoding', 'zstd']], code: body => packed(windowZstd, body) },
      ].map(each => ({ ...each, breaks: true })),
    ),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(pick('gzip', 'zstd'), fc.integer({ min: 1, max: 97 })).map(([name, share]) => ({
      lines: [['Content-Encoding', name]],
      code: body => cutTo(name === 'gzip' ? gzip(body) : packed(plainZstd, body), share),
      breaks: true,
    })),
  },
  {
    weight: 6,
    arbitrary: fc.tuple(pick('gzip', 'zstd'), fc.nat(2000), fc.nat(255)).map(([name, at, byte]) => ({
      lines: [['Content-Encoding', name]],
      code: body => withByte(name === 'gzip' ? gzip(body) : packed(plainZstd, body), at, byte),
    })),
  },
  { weight: 2, arbitrary: fc.constant({ lines: [['Content-Encoding', 'gzip']], code: body => `${gzip(body)}rubbish` }) },
  {
    weight: 2,
    arbitrary: fc.constant({ lines: [['Content-Encoding', 'gzip']], code: body => gzip(body.slice(0, 50)) + gzip(body.slice(50)) }),
  },
  {
    weight: 1,
    arbitrary: pick('gzip', 'parts', 'lines', 'boundaries', 'zstd').map(name => ({
      lines: [['Content-Encoding', name === 'zstd' ? 'zstd' : 'gzip']],
      code: () => bombs[name](),
      breaks: true,
    })),
  },
)

const cutTo = (text, share) => text.slice(0, Math.floor((text.length * share) / 100))

const withByte = (text, at, byte) => text.slice(0, at % text.length) + String.fromCharCode(byte) + text.slice((at % text.length) + 1)

const framings = fc.oneof(
  { weight: 4, arbitrary: fc.constant('length') },
  fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 3 }).map(sizes => [...sizes, 40_000]),
)

const few = (arbitrary, weight) =>
  fc.oneof({ weight, arbitrary: fc.constant([]) }, { weight: 4, arbitrary: fc.array(arbitrary, { minLength: 1, maxLength: 2 }) })

const targets = fc.oneof(
  { weight: 8, arbitrary: fc.constant('/api/v2/srcmap') },
  pick(
    '/v1/input',
    '/',
    '/any/base/api/v2/srcmap',
    '/api/v2/srcmap?x=1',
    '/%2e%2e/api/v2/srcmap',
    '//api/v2/srcmap',
    `/${'a/'.repeat(3000)}api/v2/srcmap`,
  ),
)

const keys = fc.oneof({ weight: 20, arbitrary: fc.constant('uploader') }, pick('a', 'none', 'swapped', 'bearer', 'twice'))

/** Uploads, right and wrong. Each is `{ family, method, target, text, whole, refuse, bodiless }`. */
export const uploads = fc
  .record({
    upload: rightUpload,
    edits: few(eventEdit, 6),
    text: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: jsonTexts(oddValue) }),
    parts: few(partEdits, 4),
    around: few(bodyEdits, 8),
    boundary: boundaries,
    type: types,
    coding: codings,
    framing: framings,
    target: targets,
    keys,
    // Large enough not to be kept in memory
    pad: pick(0, 0, 0, 100_000, 400_000),
  })
  .map(assemble)

function assemble({ upload, edits, text, parts: partList, around, boundary, type, coding, framing, target, keys: by, pad }) {
  const event = edits.reduce((each, edit) => edit(each), upload.event)
  const content = text ?? bytesOf(JSON.stringify(event))
  const files = Object.entries(upload.files).map(([name, file]) => ({
    head: `${dispositionOf(name)}; filename="${name}"`,
    content: `${file}${' '.repeat(pad)}`,
  }))
  const parts = partList.reduce((each, { edit }) => edit(each), [{ head: dispositionOf('event'), content }, ...files])
  const plain = around.reduce((each, { edit }) => edit(each), multipart(parts, boundary.used))
  const body = coding.code(plain)
  const headers = [...keyLines[by], ['Content-Type', lineOf(type(boundary.given))], ...coding.lines]
  // With two faults one may undo the other: only a single one is sure to break the upload
  const alone = [partList.length, around.length, edits.length, text === undefined ? 0 : 1].reduce((sum, each) => sum + each) <= 1
  const refuse = coding.breaks || (alone && [...partList, ...around, boundary].some(each => each.breaks))
  return {
    family: familyOf({ text, partList, around, coding, edits }),
    method: 'POST',
    target,
    text: render({ method: 'POST', target, headers, body, framing }),
    whole: true,
    refuse: Boolean(refuse),
  }
}

function familyOf({ text, partList, around, coding, edits }) {
  if (coding.breaks || coding.lines.length > 0) return 'content encodings'
  if (text !== undefined || edits.length > 0) return 'events'
  return partList.length + around.length > 0 ? 'multipart' : 'right uploads'
}

function multipart(parts, boundary) {
  return `${parts.map(({ head, content }) => `--${boundary}\r\n${head}\r\n\r\n${content}\r\n`).join('')}--${boundary}--\r\n`
}
