// openapi.json as a judge: which route a request is for, and whether an answer is one that it describes.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

// The schema checker that the OpenAPI validator stands on, as in the tests of the document
const validatorPackage = createRequire(createRequire(import.meta.url).resolve('@seriousme/openapi-schema-validator'))
const { Ajv2020 } = validatorPackage('ajv/dist/2020.js')
const addFormats = validatorPackage('ajv-formats')

/** The contract of this checkout: its operations, and the faults of an answer. */
export function readContract() {
  const document = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8'))
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ ...operation, path, method: method.toUpperCase(), pattern: patternOf(path) })),
  )
  const faultsOf = checker(document)
  return {
    operations,
    find: (method, target) => find(operations, { method, target }),
    faults: answer => answerFaults(answer, document, faultsOf),
  }
}

const patternOf = path => new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`)

/** The operation a request line asks for, or nothing: by its path as decoded, an upload below any base path. */
function find(operations, { method, target }) {
  // The absolute form of a target means the same
  const path = decoded(target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/)[0])
  if (path === undefined) return undefined
  const upload = '/api/v2/srcmap'
  const plain = path.endsWith(upload) ? upload : path
  const wanted = method === 'HEAD' ? 'GET' : method
  const fixed = operations.filter(each => each.path === plain)
  return (fixed.length > 0 ? fixed : operations).find(each => each.method === wanted && each.pattern.test(plain))
}

function decoded(path) {
  try {
    decodeURIComponent(path)
    return decodeURI(path)
  } catch {
    return undefined
  }
}

function checker(document) {
  const ajv = new Ajv2020({ strict: false, allErrors: false })
  addFormats(ajv)
  ajv.addSchema(document, 'openapi')
  const compiled = new Map()
  return (pointer, value) => {
    if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `openapi#${encodeURI(pointer)}` }))
    const check = compiled.get(pointer)
    return check(value) ? [] : [`does not fit the schema: ${ajv.errorsText(check.errors)}`]
  }
}

const escaped = part => part.replaceAll('~', '~0').replaceAll('/', '~1')

function answerFaults({ operation, status, type, json }, document, faultsOf) {
  const described = operation.responses[status]
  if (!described) return [`${operation.operationId} does not describe ${status}`]
  const pointer = described.$ref?.slice(1) ?? `/paths/${escaped(operation.path)}/${operation.method.toLowerCase()}/responses/${status}`
  const { content = {} } = pointer.split('/').slice(1).reduce(step, document)
  if (Object.keys(content).length === 0 || '*/*' in content) return []
  if (!(type in content)) return [`${operation.operationId} does not describe ${status} as ${type}`]
  if (type !== 'application/json') return []
  return faultsOf(`${pointer}/content/${escaped(type)}/schema`, json)
}

const step = (at, part) => at[part.replaceAll('~1', '/').replaceAll('~0', '~')]
