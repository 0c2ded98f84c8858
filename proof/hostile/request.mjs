// A request in parts, and as the bytes it becomes. Keys stand in it by name, so that the bytes can be kept and sent again to another server.

/** What stands for keys and other values of one run. The keys are of the organizations `a`, which everybody uses, and `b`, in which maps are deleted. */
export const named = /\{\{(?:a\.api|a\.app|b\.api|b\.app|nonce)\}\}/g

/** Header lines of the keys by a short name. */
export const keyLines = {
  a: [
    ['DD-API-KEY', '{{a.api}}'],
    ['DD-APPLICATION-KEY', '{{a.app}}'],
  ],
  b: [
    ['DD-API-KEY', '{{b.api}}'],
    ['DD-APPLICATION-KEY', '{{b.app}}'],
  ],
  uploader: [['DD-API-KEY', '{{a.api}}']],
  bearer: [['Authorization', 'Bearer {{a.app}}']],
  none: [],
  swapped: [
    ['DD-API-KEY', '{{a.app}}'],
    ['DD-APPLICATION-KEY', '{{a.api}}'],
  ],
  mixed: [
    ['DD-API-KEY', '{{a.api}}'],
    ['DD-APPLICATION-KEY', '{{b.app}}'],
  ],
  twice: [
    ['DD-API-KEY', '{{a.api}}'],
    ['DD-API-KEY', '{{a.api}}'],
    ['DD-APPLICATION-KEY', '{{a.app}}'],
  ],
}

/**
 * The bytes of a request, one character a byte. `framing`: `none`, `length`, or a list of sizes in which the body is chunked.
 * The texts must be such bytes already.
 */
export function render({ method = 'GET', target, headers = [], body, framing = body === undefined ? 'none' : 'length' }) {
  const lines = [`${method} ${target} HTTP/1.1`, ...(headers.some(([name]) => /^host$/i.test(name)) ? [] : ['Host: mapkeep.test'])]
  lines.push(...headers.map(([name, value]) => `${name}: ${value}`))
  if (framing === 'length') lines.push(`Content-Length: ${body.length}`)
  if (Array.isArray(framing)) lines.push('Transfer-Encoding: chunked')
  const content = Array.isArray(framing) ? inChunks(body, framing) : (body ?? '')
  return `${lines.join('\r\n')}\r\n\r\n${content}`
}

function inChunks(body, sizes) {
  const chunks = []
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const chunk = body.slice(at, at + (sizes[turn % sizes.length] || 1))
    chunks.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`)
    at += chunk.length
  }
  return `${chunks.join('')}0\r\n\r\n`
}

/** The bytes as they are sent, with the values of one run. */
export function fill(text, values) {
  return Buffer.from(
    text.replace(named, name => (name === '{{nonce}}' ? values.nonce() : values[name.slice(2, -2)])),
    'latin1',
  )
}
