// HTTP answers read from raw bytes, strictly: what is no answer at all must not pass for one.

const end = Buffer.from('\r\n\r\n')

/**
 * The first complete answer in `bytes` with how many bytes it took; nothing while it is incomplete; throws for what is no answer.
 * `bodiless`: the request was a HEAD. `ended`: the server has closed its side.
 */
export function parseAnswer(bytes, { bodiless = false, ended = false } = {}) {
  const at = bytes.indexOf(end)
  if (at < 0) {
    if (bytes.length > 4 && !bytes.subarray(0, 5).equals(Buffer.from('HTTP/'))) throw new Error(`no answer begins with ${shown(bytes)}`)
    return undefined
  }
  const head = parseHead(bytes.toString('latin1', 0, at))
  const start = at + end.length
  if (head.status < 200 && head.status !== 101) {
    const answer = parseAnswer(bytes.subarray(start), { bodiless, ended })
    return answer && { ...answer, length: answer.length + start, interim: [head.status, ...answer.interim] }
  }
  const body = bodyOf({ bytes: bytes.subarray(start), head, bodiless, ended })
  return body && { ...head, body: body.content, length: start + body.length, interim: [] }
}

function parseHead(text) {
  const [line, ...lines] = text.split('\r\n')
  const status = /^HTTP\/1\.1 ([1-5]\d\d) [ -~]*$/.exec(line)?.[1]
  if (!status) throw new Error(`no status line: ${JSON.stringify(line.slice(0, 100))}`)
  const headers = new Map()
  for (const each of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(each) ?? []
    if (name === undefined) throw new Error(`no header line: ${JSON.stringify(each.slice(0, 100))}`)
    if (headers.has(name.toLowerCase())) throw new Error(`header ${name} comes twice`)
    headers.set(name.toLowerCase(), value)
  }
  return { status: Number(status), headers }
}

function bodyOf({ bytes, head, bodiless, ended }) {
  const { status, headers } = head
  if (bodiless || status === 204 || status === 304 || status === 101) return { content: Buffer.alloc(0), length: 0 }
  if (headers.get('transfer-encoding') === 'chunked') return chunked(bytes)
  const length = headers.get('content-length')
  if (length === undefined) return ended ? { content: bytes, length: bytes.length } : undefined
  if (bytes.length < Number(length)) return undefined
  return { content: bytes.subarray(0, Number(length)), length: Number(length) }
}

function chunked(bytes) {
  const content = []
  for (let at = 0; ; ) {
    const line = bytes.indexOf('\r\n', at)
    if (line < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16)
    if (Number.isNaN(size)) throw new Error('a chunk has no size')
    at = line + 2
    if (bytes.length < at + size + 2) return undefined
    content.push(bytes.subarray(at, at + size))
    at += size + 2
    if (size === 0) return { content: Buffer.concat(content), length: at }
  }
}

const shown = bytes => JSON.stringify(bytes.toString('latin1', 0, 40))
