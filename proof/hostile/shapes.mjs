// What no HTTP client does with a connection: smuggled requests, half-closed sockets, floods, other protocols, aborts.
import fc from 'fast-check'
import { mapOf } from './maps.mjs'
import { keyLines, render } from './request.mjs'
import { bytesOf, mark } from './words.mjs'

const pick = (...choices) => fc.constantFrom(...choices)

const smuggled = `GET /healthz?${mark} HTTP/1.1\r\nHost: x\r\n\r\n`
const health = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'
const post = lines => `POST /api/v1/series HTTP/1.1\r\nHost: x\r\n${lines.map(line => `${line}\r\n`).join('')}\r\n`
const chunk = text => `${text.length.toString(16)}\r\n${text}\r\n`

/** A shape: what is done with a fresh connection, and how many answers there may be to it. `only` are the statuses they may have. */
const shape = ({ name, steps, answers, only, targets = [] }) => ({
  family: 'shapes',
  name,
  steps,
  answers,
  only,
  targets,
})

const send = text => ({ send: text })

/** Two ideas of where the first request ends. None may be answered as two. */
const smuggling = fc
  .tuple(
    pick(
      ...[
        ['Content-Length: LENGTH', 'Transfer-Encoding: chunked'],
        ['Transfer-Encoding: chunked', 'Content-Length: LENGTH'],
        ['Content-Length: LENGTH', 'Transfer-Encoding : chunked'],
        ['Content-Length: LENGTH', 'Transfer-Encoding:\x0bchunked'],
        ['Content-Length: LENGTH', 'Transfer-Encoding: xchunked'],
        ['Content-Length: LENGTH', 'Transfer-Encoding: chunked, identity'],
        ['Content-Length: LENGTH', 'Transfer-Encoding: identity'],
        ['Content-Length: LENGTH', 'Transfer-Encoding: identity', 'Transfer-Encoding: chunked'],
        ['Content-Length: LENGTH', 'Transfer-Encoding: "chunked"'],
        ['Content-Length: LENGTH', 'transfer-encoding: CHUNKED'],
        ['Content-Length: LENGTH', ' Transfer-Encoding: chunked'],
        ['Content-Length: LENGTH', 'X: y', '\tTransfer-Encoding: chunked'],
        ['Content-Length: LENGTH', 'Transfer-Encoding:\tchunked\t'],
        ['Content-Length: LENGTH', 'Transfer\xadEncoding: chunked'],
        ['Content-Length: LENGTH\r', 'Transfer-Encoding: chunked'],
        ['Content-Length: 5', 'Content-Length: LENGTH'],
        ['Content-Length: LENGTH', 'Content-Length: 5'],
        ['Content-Length: 5, LENGTH'],
        ['Content-Length: +5'],
        ['Content-Length: -5'],
        ['Content-Length: 0x5'],
        ['Content-Length: 5 5'],
        ['Content-Length: 1e1'],
        ['Content-Length: 18446744073709551621'],
        ['Content-Length: 5\0'],
        ['Content-Length : 5'],
        ['Content-Length: '],
        ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
        ['Transfer-Encoding: gzip, chunked'],
        ['Transfer-Encoding: gzip'],
        ['Transfer-Encoding: '],
        ['Transfer-Encoding: chunked;q=1'],
      ],
    ),
    pick('0\r\n\r\n', 'aaaaa', '5\r\naaaaa\r\n0\r\n\r\n'),
  )
  .map(([lines, body]) => {
    const length = String(body.length + smuggled.length)
    const text = post(lines.map(line => line.replace('LENGTH', length))) + body + smuggled
    // One plain coding of the body leaves the second request standing, and then it is none of a smuggler
    const honest = lines.length === 1 || lines.every(line => /^transfer-encoding: chunked$/i.test(line))
    return shape({
      name: `smuggling ${JSON.stringify(lines)}`,
      steps: [send(text)],
      answers: [1, honest ? 2 : 1],
      only: honest ? [200, 202, 400, 413] : [202, 400, 413],
    })
  })

const chunkTricks = pick(
  ...[
    ['5;ext=1\r\naaaaa\r\n0\r\n\r\n', [202, 400, 413]],
    [`5;${'x'.repeat(20_000)}\r\naaaaa\r\n0\r\n\r\n`, [400, 413]],
    [`${`${'1;'.padEnd(2000, 'e')}\r\na\r\n`.repeat(20)}0\r\n\r\n`, [202, 400, 413]],
    ['5;a="\r\n\r\n0\r\n\r\n"\r\naaaaa\r\n0\r\n\r\n', [400, 413]],
    ['-5\r\naaaaa\r\n0\r\n\r\n', [400]],
    ['0x5\r\naaaaa\r\n0\r\n\r\n', [400]],
    ['ffffffffffffffff\r\naaaaa', [400, 413]],
    ['fffffffffffffffff\r\naaaaa', [400, 413]],
    ['5\naaaaa\n0\n\n', [400, 202]],
    ['5\r\naaaaaX\r\n0\r\n\r\n', [400]],
    ['5\r\naaaaa0\r\n\r\n', [400]],
    ['\r\n', [400]],
    [' 5\r\naaaaa\r\n0\r\n\r\n', [400]],
    ['5 \r\naaaaa\r\n0\r\n\r\n', [400, 202]],
    ['0\r\nContent-Length: 50\r\nDD-API-KEY: {{a.api}}\r\n\r\n', [202, 400]],
    [`0\r\n${'X: y\r\n'.repeat(5000)}\r\n`, [202, 400, 413, 431]],
    [`0\r\nX: ${'y'.repeat(200_000)}\r\n\r\n`, [202, 400, 413, 431]],
    [`${chunk('a').repeat(3000)}0\r\n\r\n`, [202]],
  ],
).map(([body, only]) =>
  shape({
    name: `chunks ${JSON.stringify(body.slice(0, 40))}`,
    // A chunk of that many bytes is still to come, and then the end of our side is an end in its middle
    steps: [send(post(['Transfer-Encoding: chunked']) + body), ...(/^f+\r/.test(body) ? [{ pause: 5 }, { end: true }] : [])],
    answers: [1, 1],
    only,
  }),
)

const pipelining = fc
  .integer({ min: 2, max: 40 })
  .map(count => shape({ name: 'pipelining', steps: [send(health.repeat(count))], answers: [count, count], only: [200] }))

const pipelinedKinds = fc
  .array(
    pick(
      health,
      `${post(['Content-Length: 2'])}{}`,
      'GET /none HTTP/1.1\r\nHost: x\r\n\r\n',
      `${post(['Transfer-Encoding: chunked'])}0\r\n\r\n`,
    ),
    { minLength: 2, maxLength: 12 },
  )
  .map(texts =>
    shape({ name: 'pipelining of kinds', steps: [send(texts.join(''))], answers: [texts.length, texts.length], only: [200, 202, 404] }),
  )

/** What is sent whole is a repeat of what is stored already: whoever closes too early may lose the answer, and then nobody could count it. */
export const stored = mapOf('il2cpp', { tag: 'shape' })

/** What is never sent whole is stored nowhere. */
const never = mapOf('il2cpp', { tag: 'never' })

const form = ({ event, files }) =>
  `--X\r\nContent-Disposition: form-data; name="event"\r\n\r\n${JSON.stringify(event)}\r\n--X\r\nContent-Disposition: form-data; name="il2cpp_mapping_file"\r\n\r\n${files.il2cpp_mapping_file}\r\n--X--\r\n`
const upload = ({ map = stored, more = [], framing = 'length' } = {}) =>
  render({
    method: 'POST',
    target: '/api/v2/srcmap',
    headers: [...keyLines.uploader, ['Content-Type', 'multipart/form-data; boundary=X'], ...more],
    body: form(map),
    framing,
  })
const onUpload = ['POST /api/v2/srcmap']

const byteByByte = pick(1, 2, 7).map(size =>
  shape({
    name: `writes of ${size} bytes`,
    steps: [{ slices: upload(), size }],
    answers: [1, 1],
    only: [200],
    targets: onUpload,
  }),
)

const cuts = fc.tuple(fc.integer({ min: 1, max: upload({ map: never }).length - 1 }), pick('end', 'destroy', 'reset')).map(([at, how]) =>
  shape({
    name: `an upload, ${how} in its middle`,
    steps: [send(upload({ map: never }).slice(0, at)), { pause: 5 }, { [how]: true }],
    answers: [0, 1],
    only: [400],
    targets: onUpload,
  }),
)

const chunkedCuts = fc.tuple(fc.integer({ min: 1, max: 99 }), pick('end', 'destroy', 'reset')).map(([share, how]) => {
  const text = upload({ map: never, framing: [20] })
  // All but the very end of the last chunk is no body either
  const at = Math.min(text.length - 3, Math.floor((text.length * share) / 99))
  return shape({
    name: `a chunked upload, ${how} in its middle`,
    steps: [send(text.slice(0, at)), { pause: 5 }, { [how]: true }],
    answers: [0, 1],
    only: [400],
    targets: onUpload,
  })
})

// One less takes the last line feed, which belongs to nothing
const lengthLies = pick(1, 2, 100, -1, -5, -60).map(more => {
  const map = more === -1 ? stored : never
  const text = upload({ map }).replace(/Content-Length: \d+/, `Content-Length: ${form(map).length + more}`)
  return shape({
    name: `a length that is ${more} off`,
    steps: [send(text), { pause: 5 }, { end: true }],
    answers: [0, 2],
    only: more === -1 ? [200, 400] : [400],
    targets: [...onUpload, ...onUpload],
  })
})

const halfClosed = pick(health, upload()).map(text =>
  shape({
    name: 'closed on our side',
    steps: [send(text), { end: true }],
    answers: [0, 1],
    only: [200],
    targets: text === health ? [] : onUpload,
  }),
)

const expectations = pick('100-continue', '100-Continue', '200-ok', '100-continue, x', '').chain(word =>
  pick([upload({ more: [['Expect', word]] }), onUpload], [health.replace('Host: x', `Host: x\r\nExpect: ${word}`), []]).map(
    ([text, targets]) => shape({ name: `Expect: ${word}`, steps: [send(text)], answers: [1, 1], only: [200], targets }),
  ),
)

const floods = pick(
  ...[
    `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(1000)}\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\n${'X: y\r\n'.repeat(20_000)}\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 3000 }, (_, at) => `X-${at}: y\r\n`).join('')}\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(120 * 1024)}\r\n\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(140 * 1024)}\r\n\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(5 * 2 ** 20)}\r\n\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\n${'y'.repeat(100_000)}: x\r\n\r\n`,
    `GET /${'a'.repeat(130 * 1024)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /${'a'.repeat(2 * 2 ** 20)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /healthz HTTP/1.1\r\nHost: x\r\nCookie: ${'a=b; '.repeat(20_000)}\r\n\r\n`,
    `${'\r\n'.repeat(50_000)}${health}`,
  ],
).map(text => shape({ name: `a flood of ${text.length} bytes`, steps: [send(text)], answers: [0, 1], only: [200, 400, 404, 431] }))

const heads = pick(
  ...[
    'GET /healthz HTTP/1.0\r\n\r\n',
    'GET /healthz HTTP/0.9\r\n\r\n',
    'GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n',
    'GET /healthz HTTP/1.9\r\nHost: x\r\n\r\n',
    'GET /healthz\r\n\r\n',
    'GET /healthz HTTP/1.1\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    'GET /healthz HTTP/1.1\nHost: x\n\n',
    'GET /healthz HTTP/1.1\rHost: x\r\r',
    'GET  /healthz  HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET\t/healthz\tHTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: x\r\nX: \x1b[31m\x07\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n',
    'GET /healthz HTTP/1.1\r\n: x\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost x\r\n\r\n',
    'GET /heal\0thz HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /heal thz HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /\xff\xfe HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n',
    `GET /healthz HTTP/1.1\r\nHost: ${mark}"}\x1b[31m\r\nUser-Agent: "}\\n{"level":60}\r\n\r\n`,
    'GET http://evil.example/healthz HTTP/1.1\r\nHost: x\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n',
    'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n',
    'TRACE /healthz HTTP/1.1\r\nHost: x\r\nDD-API-KEY: {{a.api}}\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\x12\x04\0\0\0\0\0',
    'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close, keep-alive, Host\r\n\r\n',
    `\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03${'\xaa'.repeat(200)}`,
    '\x80\x2e\x01\0\x02\0\x15\0\0\0\x10',
    'SSH-2.0-OpenSSH_9.6\r\n',
    'EHLO evil.example\r\n',
    'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n',
    '\0\0\0\0\0\0\0\0',
    '{"jsonrpc":"2.0"}\r\n\r\n',
    '*1\r\n$4\r\nINFO\r\n',
    '\r\n\r\n\r\n',
  ],
).map(text =>
  shape({
    name: `bytes ${JSON.stringify(text.slice(0, 60))}`,
    steps: [send(text), { pause: 20 }, { end: true }],
    answers: [0, 1],
    only: [200, 400, 404, 405, 431],
  }),
)

const rubbish = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 300 })
  .map(text => shape({ name: 'rubbish', steps: [send(bytesOf(text)), { end: true }], answers: [0, 1], only: [400] }))

const silence = pick([], [send('G')], [send('GET /healthz HTTP/1.1\r\n')], [send(post(['Content-Length: 10']))]).chain(first =>
  pick('end', 'destroy', 'reset').map(how =>
    shape({ name: `silence, ${how}`, steps: [...first, { pause: 10 }, { [how]: true }], answers: [0, 1], only: [400, 408] }),
  ),
)

/** Connections and what they should lead to. */
export const shapes = fc.oneof(
  { weight: 4, arbitrary: smuggling },
  { weight: 2, arbitrary: chunkTricks },
  { weight: 1, arbitrary: pipelining },
  { weight: 1, arbitrary: pipelinedKinds },
  { weight: 1, arbitrary: byteByByte },
  { weight: 4, arbitrary: cuts },
  { weight: 3, arbitrary: chunkedCuts },
  { weight: 2, arbitrary: lengthLies },
  { weight: 1, arbitrary: halfClosed },
  { weight: 1, arbitrary: expectations },
  { weight: 1, arbitrary: floods },
  { weight: 4, arbitrary: heads },
  { weight: 1, arbitrary: rubbish },
  { weight: 1, arbitrary: silence },
)
