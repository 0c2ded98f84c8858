import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import { kind, kindNames } from '../../domain/kinds.ts'
import { allRoutes } from '../all-routes.ts'
import { type Answered, openRig, type Question, type Rig } from '../rig.fixture.ts'
import { openApiDocument } from './document.ts'
import { exampleEvent, exampleItem } from './example-item.ts'
import { itemSchemaName } from './item-schemas.ts'

// The schema checker that the OpenAPI validator stands on; so it has the same idea of JSON Schema
const validatorPackage = createRequire(createRequire(import.meta.url).resolve('@seriousme/openapi-schema-validator'))
const { Ajv2020 } = validatorPackage('ajv/dist/2020.js')
const addFormats = validatorPackage('ajv-formats')

// biome-ignore lint/suspicious/noExplicitAny: tests look into every corner of the document
const document = openApiDocument(allRoutes, '1.2.3') as any

function faults(schema: object, value: unknown): unknown {
  const checker = new Ajv2020({ strict: false, allErrors: true })
  addFormats(checker)
  // References in the schema start at the root of the document
  const check = checker.compile({ ...schema, components: document.components })
  return check(value) ? [] : check.errors
}

describe('what OpenAPI says of answers', () => {
  let rig: Rig
  const ids = new Map<string, string>()
  before(async () => {
    rig = await openRig({ metricsToken: 'token', rateLimits: { read: { limit: 1000, period: 60 } } })
    for (const name of kindNames) {
      const files = Object.fromEntries(kind(name).parts.map(part => [part, partContent(part)]))
      ids.set(name, await rig.upload(exampleEvent(name), files))
    }
  })
  after(() => rig.close())

  for (const route of allRoutes) {
    const { operationId } = route.description
    const operation = document.paths[route.path.replace(/:([a-z]+)/g, '{$1}')][route.method.toLowerCase()]
    test(`the examples of ${operationId} fit its schemas`, () => {
      for (const response of Object.values<{ content?: Record<string, Content> }>(operation.responses))
        for (const content of Object.values(response.content ?? {})) checkExamples(content)
      for (const content of Object.values<Content>(operation.requestBody?.content ?? {})) checkExamples(content)
      for (const parameter of operation.parameters ?? []) checkExamples(parameter)
    })
  }

  for (const name of kindNames) {
    test(`a ${name} map is shown as its example and fits its schema`, async () => {
      const query = `mapkind=${name}&filter[id]=${ids.get(name)}${kind(name).required.length > 0 ? '&filter[service]=shop&filter[version]=1.4.2' : ''}`
      const [item] = (await rig.ask(`/api/mapkeep/v1/sourcemaps?${query}`, { headers: rig.keys })).json().data
      const schema = document.components.schemas[itemSchemaName(name)]
      assert.deepEqual(faults(schema, item), [])
      const others = kindNames.filter(other => other !== name && fits(other, item))
      assert.deepEqual(others, [], 'no other kind may claim the item')
      const undeclared = Object.keys(item.attributes).filter(each => !(each in schema.properties.attributes.properties))
      assert.deepEqual(undeclared, [])
      assert.deepEqual(comparable(item), comparable(exampleItem(name)))
    })
  }

  const release = 'filter[service]=shop&filter[version]=1.4.2'
  const body = (value: unknown) => ({ body: JSON.stringify(value), headers: { 'content-type': 'application/json' } })
  const requests: readonly (readonly [operationId: string, target: string, status: number, question?: Question])[] = [
    ['ListSourcemaps', `/api/v2/sourcemaps/list?${release}`, 200],
    ['ListSourcemaps', '/api/v2/sourcemaps/list?search_by=debug_id&page[size]=1', 200],
    ['ListSourcemaps', '/api/v2/sourcemaps/list', 400],
    ['ListSourcemapsOfAnyKind', '/api/mapkeep/v1/sourcemaps?mapkind=pe', 200],
    ['GetUsage', '/api/mapkeep/v1/usage?by=service,version,mapkind,uploader', 200],
    ['GetUsage', '/api/mapkeep/v1/usage?by=origin', 400],
    ['GetSourcemaps', '/api/v2/sourcemaps?filename=/assets/main.js.map&service=shop&version=1.4.2', 200],
    ['GetSourcemaps', '/api/v2/sourcemaps?filename=/no.js&service=shop&version=1.4.2', 404],
    ['GetServiceRepositoryInfo', '/api/v2/sourcemaps/service_repository_info', 200, body(exampleBody('GetServiceRepositoryInfo'))],
    ['GetServiceRepositoryInfo', '/api/v2/sourcemaps/service_repository_info', 400, body({})],
    ['CheckSourcemapsExist', '/api/v2/sourcemaps/check_exists', 200, body(exampleBody('CheckSourcemapsExist'))],
    ['CheckSourcemapsExist', '/api/v2/sourcemaps/check_exists', 400, body([])],
    ['QuerySymbols', '/api/v2/profiles/symbols/query', 200, body(symbolsQuery())],
    ['Validate', '/api/v1/validate', 200],
    ['Validate', '/api/v1/validate', 403, { headers: { 'dd-api-key': 'wrong' } }],
    ['ValidateAPIKey', '/api/v2/validate', 200],
    ['ValidateKeys', '/api/v2/validate_keys', 200],
    ['ValidateKeys', '/api/v2/validate_keys', 401, { headers: { 'dd-api-key': 'wrong' } }],
    ['SubmitMetrics', '/api/v2/series', 202, body({ series: [] })],
    ['UploadSourcemap', '/api/v2/srcmap', 400, body({})],
    ['ListAuditEvents', '/api/mapkeep/v1/audit?page[size]=2', 200],
    ['ListAuditEvents', '/api/mapkeep/v1/audit?filter[action]=nothing', 400],
    ['CreateKey', '/api/mapkeep/v1/keys', 201, body(exampleBody('CreateKey'))],
    ['CreateKey', '/api/mapkeep/v1/keys', 400, body({})],
    ['ListKeys', '/api/mapkeep/v1/keys', 200],
    ['RevokeKey', '/api/mapkeep/v1/keys/key_none', 404],
    ['Health', '/healthz', 200],
    ['Ready', '/readyz', 200],
    ['Metrics', '/metrics', 401],
    ['GetOpenAPI', '/openapi.json', 200],
    ['DeleteSourcemaps', '/api/v2/sourcemaps?mapkind=js&dry_run=true', 400],
    ['DeleteSourcemaps', `/api/v2/sourcemaps?mapkind=js&dry_run=true&${release}&filter[id]=77`, 404],
    ['DeleteSourcemaps', `/api/v2/sourcemaps?mapkind=js&dry_run=true&${release}`, 200],
    ['DeleteSourcemaps', `/api/v2/sourcemaps?mapkind=js&dry_run=false&${release}`, 200],
    ['RestoreSourcemaps', `/api/v2/sourcemaps/restore?mapkind=js&dry_run=false&${release}`, 200],
    ['DeleteSourcemapsOfAnyKind', '/api/mapkeep/v1/sourcemaps?mapkind=pe&dry_run=false&filter[arch]=x64', 200],
    ['ListDeleted', '/api/mapkeep/v1/deleted?mapkind=pe', 200],
    ['ListDeleted', '/api/mapkeep/v1/deleted?mapkind=pe&page[number]=2', 400],
    ['RestoreSourcemapsOfAnyKind', '/api/mapkeep/v1/sourcemaps/restore?mapkind=pe&dry_run=true&filter[arch]=x64', 200],
    ['ListOperations', '/api/mapkeep/v1/operations?page[size]=1', 200],
    ['ListOperations', '/api/mapkeep/v1/operations?page[after]=x', 400],
    ['GetOperation', '/api/mapkeep/v1/operations/op_1', 200],
    ['GetOperation', '/api/mapkeep/v1/operations/op_99', 404],
    ['UndoOperation', '/api/mapkeep/v1/operations/op_1/undo', 409],
    ['UndoOperation', '/api/mapkeep/v1/operations/op_3/undo', 200],
    ['UndoOperation', '/api/mapkeep/v1/operations/op_3/undo?dry_run=true', 400],
    ['PlaceHold', '/api/mapkeep/v1/holds', 201, body(exampleBody('PlaceHold'))],
    ['PlaceHold', '/api/mapkeep/v1/holds', 400, body({})],
    ['ListHolds', '/api/mapkeep/v1/holds?all=true', 200],
    ['DeleteSourcemaps', '/api/v2/sourcemaps?mapkind=js&dry_run=true&filter[service]=shop&filter[version]=4.0', 404],
    ['ReleaseHold', '/api/mapkeep/v1/holds/hld_none', 404],
  ]
  for (const [operationId, target, status, question] of requests) {
    test(`${operationId} answers ${target} with ${status}, as described`, async () => {
      const route = allRoutes.find(each => each.description.operationId === operationId)
      assert.ok(route)
      const headers = { ...rig.keys, ...question?.headers }
      checkAnswer(operationId, await rig.ask(target, { ...question, method: route.method, headers }), status)
    })
  }

  test('one map of each kind is described down to its files', async () => {
    for (const id of ids.values())
      checkAnswer('GetSourcemapDetail', await rig.ask(`/api/mapkeep/v1/sourcemaps/${id}`, { headers: rig.keys }), 200)
  })
})

interface Content {
  readonly schema: object
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

function checkExamples({ schema, example, examples = {} }: Content): void {
  const values = [...(example === undefined ? [] : [example]), ...Object.values(examples).map(each => each.value)]
  for (const value of values) assert.deepEqual(faults(schema, value), [], JSON.stringify(value))
}

function checkAnswer(operationId: string, answer: Answered, status: number): void {
  assert.equal(answer.status, status, answer.text)
  const response = operationById(operationId).responses[status]
  assert.ok(response, `${operationId} does not describe ${status}`)
  const described = response.$ref ? document.components.responses[response.$ref.split('/').at(-1)] : response
  const type = (answer.headers['content-type'] ?? '').split(';')[0] ?? ''
  assert.deepEqual(faults(described.content[type].schema, answer.json()), [], answer.text)
  for (const name of Object.keys(described.headers ?? {}).filter(each => each.startsWith('X-RateLimit') && operationIsRead(operationId)))
    assert.ok(name.toLowerCase() in answer.headers, `${operationId} ${status} lacks ${name}`)
}

function operationIsRead(operationId: string): boolean {
  return allRoutes.some(route => route.description.operationId === operationId && route.family === 'read')
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into every corner of the document
function operationById(operationId: string): any {
  const operations = Object.values<object>(document.paths).flatMap(path => Object.values(path))
  return operations.find(each => each.operationId === operationId)
}

function exampleBody(operationId: string): unknown {
  return operationById(operationId).requestBody.content['application/json'].example
}

function symbolsQuery(): unknown {
  const buildIds = [exampleItem('elf').attributes.gnu_build_id]
  return { data: { id: 'query', type: 'symbols-query-request', attributes: { buildIds, arch: 'amd64' } } }
}

function partContent(part: string): string {
  if (part === 'source_map') return JSON.stringify({ version: 3, sources: ['src/main.ts'], names: [], mappings: 'AAAA' })
  return part === 'repository' ? JSON.stringify({ version: 1, data: [] }) : `content of ${part}`
}

function fits(name: (typeof kindNames)[number], item: unknown): boolean {
  return (faults(document.components.schemas[itemSchemaName(name)], item) as unknown[]).length === 0
}

/** What an example has in common with the true item: everything but the numbers of the day. */
function comparable(item: { attributes: Record<string, unknown> } | object): unknown {
  const { created_at, size, blob_storage_sourcemap_path, ...rest } = (item as { attributes: Record<string, unknown> }).attributes
  return { ...rest, sized: typeof size, dated: typeof created_at, stored: typeof blob_storage_sourcemap_path }
}
