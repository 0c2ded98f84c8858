// What of an answer may differ between two runs of the same requests: times, and what is drawn at random. All else must not.

/** Of the connection or the moment, not of the answer. */
const left = new Set(['date', 'x-request-id', 'connection', 'keep-alive'])

const random = /\b(?:(pln|hld|key|evt)_[\w-]{12,}|(mk[ap])_[\w-]{40,})/g
const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g

/**
 * A reader of the answers of one run, in which ids go by the order in which they were seen and times are all the same one. Everything
 * else stays as it was sent: statuses, headers with their order and case, numbers, sizes, lengths, the order of lists.
 */
export function plainAnswers(period) {
  const seen = new Map()
  const name = (id, prefix) => {
    if (!seen.has(id)) seen.set(id, `${prefix}#${seen.size + 1}`)
    return seen.get(id)
  }
  const plain = text => text.replace(random, (id, one, other) => name(id, one ?? other)).replace(time, '<time>')
  return ({ method, path }, { status, headers, text }) => ({
    status,
    headers: headers
      .filter(([each]) => !left.has(each.toLowerCase()))
      .map(([each, value]) => [each, plainHeader(each, plain(value), period)]),
    body: plain(plainCursor(path.endsWith('/audit') && method !== 'HEAD' ? inOneOrder(text) : text)),
  })
}

function plainHeader(name, value, period) {
  if (name.toLowerCase() !== 'x-ratelimit-reset') return value
  return Number(value) >= 1 && Number(value) <= period ? '<within the period>' : value
}

/** A cursor of the audit trail holds a time and a random id. */
function plainCursor(text) {
  return text.replace(/"next_cursor":"([\w-]+)"/, (whole, cursor) =>
    Buffer.from(cursor, 'base64url').toString('latin1').includes('evt_') ? '"next_cursor":"<place in the trail>"' : whole,
  )
}

/** Events of the same millisecond are in the order of their random ids. */
function inOneOrder(text) {
  if (text.startsWith('{"data":')) {
    const { data, ...rest } = JSON.parse(text)
    return JSON.stringify({ data: sorted(data), ...rest })
  }
  if (!text.startsWith('{"id":')) return text
  const events = text.trimEnd().split('\n')
  return sorted(events.map(each => JSON.parse(each)))
    .map(each => `${JSON.stringify(each)}\n`)
    .join('')
}

function sorted(events) {
  const key = ({ attributes }) => JSON.stringify([attributes.action, attributes.subject, attributes.detail]).replace(random, '')
  return events.toSorted((a, b) => b.attributes.at.localeCompare(a.attributes.at) || key(a).localeCompare(key(b)))
}
