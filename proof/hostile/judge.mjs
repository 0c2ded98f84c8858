// What must be true of every answer, whatever was asked.
import { foreignMark } from './maps.mjs'

/** What no refusal may tell: stacks, paths, modules, statements, the words of engines and of the operating system. */
const internals = [
  /node_modules|node:internal|file:\/\/|\bat \S+ \(|[\w-]\.(?:[cm]?[jt]s):\d/,
  /\b(?:Type|Range|Syntax|Reference|URI|Eval|Assertion)Error\b|Cannot (?:read|set|convert)|is not (?:a function|iterable|defined)|Invalid typed array/,
  /\bE(?:NOENT|ACCES|EXIST|ISDIR|NOTDIR|MFILE|NFILE|PIPE|CONN\w+|INVAL|PERM|NAMETOOLONG|NOSPC|BADF|IO|BUSY|LOOP)\b|\b(?:ERR|HPE|Z)_[A-Z_]+/,
  /SQLITE|sqlite|kysely|fastify|busboy|undici|llhttp|fzstd|pg_catalog|catalog\.db|\.mapkeep/,
  /constraint failed|no such (?:table|column)|too many SQL|syntax error|INSERT INTO|\bSELECT\b.*\bFROM\b|malformed JSON/,
  /Unexpected (?:token|end of JSON)|in JSON at|after JSON|mapkeep-grounds-/,
]

/** Statuses with which a connection is refused before anything was routed. */
const refusedConnections = new Set([400, 408, 413, 417, 431])

/**
 * What is wrong with an answer; `asked` is `{ method, target, text, whole, foreign }`: whole is what any server can find the end of,
 * foreign who belongs to organization b.
 */
export function judge(asked, answer, contract) {
  if (answer.hang) return ['no answer in time']
  if (answer.broken !== undefined) return asked.whole ? [`no answer: ${answer.broken}`] : []
  const text = answer.body.toString('utf8')
  const faults = [...statusFaults(asked, answer), ...headFaults(answer), ...secretFaults(asked, answer, text)]
  if (asked.method === 'HEAD') return faults
  return [...faults, ...shapeFaults(asked, answer, { text, contract })].map(fault => `${answer.status}: ${fault}`)
}

/** Whether it is ready a server has to say as it is; a slow machine is not, for a moment. */
function statusFaults({ target }, { status }) {
  return status >= 500 && !(status === 503 && /^(?:https?:\/\/[^/]+)?\/readyz(?:[?#]|$)/.test(target)) ? ['the server failed'] : []
}

function headFaults({ status, headers }) {
  const missing = ['x-content-type-options', 'cache-control'].filter(name => !headers.has(name))
  return missing.map(name => `the answer has no ${name} (${status})`)
}

function secretFaults(asked, { status }, text) {
  const said = asked.text === undefined ? '' : spoken(asked.text)
  const told = status >= 400 ? internals.map(each => each.exec(text)?.[0]).filter(words => words && !said.includes(words)) : []
  const foreign = !asked.foreign && text.includes(foreignMark) ? ['the answer tells of another organization'] : []
  return [...told.map(words => `the refusal tells ${JSON.stringify(words)}`), ...foreign]
}

/** What the request has said itself, and may be told again: as it is, and without its percent-encoding. */
function spoken(text) {
  return `${text} ${text.replaceAll(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)))}`
}

function shapeFaults({ method, target }, { status, headers, body }, { text, contract }) {
  if ((status === 204 || status === 304) && body.length === 0) return []
  const type = (headers.get('content-type') ?? '').split(';')[0]
  const json = type === 'application/json' ? parsed(text) : undefined
  if (type === 'application/json' && json === undefined) return ['the body is no JSON']
  const operation = contract.find(method, target)
  const routed = headers.has('x-request-id')
  if (!routed) return refusedConnections.has(status) ? errorFaults(json) : ['an answer without a request id']
  if (operation) return contract.faults({ operation, status, type, json })
  if (![400, 404, 405].includes(status)) return ['an unknown path was answered']
  return errorFaults(json)
}

/** Refusals of what is no route are objects or strings, as the path's other methods answer. */
function errorFaults(json) {
  const errors = json?.errors
  if (!Array.isArray(errors) || errors.length === 0) return ['the refusal has no errors']
  const fits = errors.every(
    each =>
      typeof each === 'string' || (typeof each?.status === 'string' && typeof each.title === 'string' && typeof each.detail === 'string'),
  )
  return fits ? [] : ['an error has neither shape']
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
