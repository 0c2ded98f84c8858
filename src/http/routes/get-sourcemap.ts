import { foldCase, isUuid } from '../../domain/caseless.ts'
import { normaliseFileName } from '../../domain/minified-url.ts'
import { Problem, parameterReason, type Reason } from '../../domain/problem.ts'
import { type Query, queryValues } from '../../domain/selection.ts'
import { getJsMap } from '../../operations/get-js-map.ts'
import type { JsQuery } from '../../operations/ports/read-catalog.ts'
import type { Answer } from '../answer.ts'
import { collectReasons } from '../collect-reasons.ts'
import { getAnswer, getParameters } from '../get-description.ts'
import { jsonParts } from '../json-parts.ts'
import type { AskedBy, Route } from '../route.ts'
import { requiredValue, singleValue } from '../single-value.ts'

/** The content of one js source map. */
export const getSourcemap: Route = {
  method: 'GET',
  path: '/api/v2/sourcemaps',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'GetSourcemaps',
    tag: 'Source maps',
    summary: 'Get the content of a JavaScript source map',
    text: 'Answers the newest live js map by file name, service and version, or by debug id. Sectioned maps are flattened and gaps are filled.',
    parameters: getParameters,
    answers: [getAnswer],
    refusals: ['bad_request', 'not_found'],
  },
  handle: answer,
}

const byName = ['filename', 'service', 'version'] as const

async function answer({ parts, principal, query }: AskedBy): Promise<Answer> {
  const { path, content } = await getJsMap(parts, principal.organization, readJsQuery(query()))
  // The content is JSON already, and parsing a large map only to print it again would hold up everybody
  const head = `{"data":{"id":${JSON.stringify(path)},"type":"sourcemap_files","attributes":`
  return jsonParts([Buffer.from(head), content, Buffer.from('}}')])
}

function readJsQuery(query: Query): JsQuery {
  return queryValues(query, 'debug_id').length > 0 ? readDebugId(query) : readName(query)
}

// wire: documentation only (generation D); an unknown parameter widens nothing here and is ignored
function readDebugId(query: Query): JsQuery {
  const mixed = byName.filter(name => queryValues(query, name).length > 0)
  if (mixed.length > 0) {
    const reasons = mixed.map(name => parameterReason(name, `${name} is not allowed with debug_id`))
    throw new Problem('bad_request', reasons)
  }
  const debugId = requiredValue(query, 'debug_id')
  if (!isUuid(debugId)) throw new Problem('bad_request', [parameterReason('debug_id', 'debug_id must be a UUID')])
  return { debugId: foldCase(debugId) }
}

function readName(query: Query): JsQuery {
  const reasons: Reason[] = []
  const values = byName.map(name => collectReasons(reasons, () => singleValue(query, name)))
  const refused = new Set(reasons.map(({ source }) => source && 'parameter' in source && source.parameter))
  const missing = byName.filter((name, index) => values[index] === undefined && !refused.has(name))
  reasons.push(...missing.map(name => parameterReason(name, `${name} is required, unless debug_id is given`)))
  const [fileName, service, version] = values
  if (!fileName || !service || !version) throw new Problem('bad_request', reasons)
  return { fileName: normaliseFileName(fileName), service, version }
}
