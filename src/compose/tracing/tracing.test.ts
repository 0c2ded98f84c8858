import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { keys, type Server, startServer, temporaryFolder, uploadJs } from '../../cli/mapkeep.fixture.ts'
import { openTracing } from './open-tracing.ts'

const folder = temporaryFolder()
after(folder.remove)

const headers = { 'dd-api-key': keys.api, 'dd-application-key': keys.application }
const caller = { trace: '0af7651916cd43dd8448eb211c80319c', span: 'b7ad6b7169203331' }
const list = '/api/v2/sourcemaps/list'
const variables = ['ENDPOINT', 'TRACES_ENDPOINT', 'HEADERS'].map(each => `OTEL_EXPORTER_OTLP_${each}`)
const none = Object.fromEntries(
  [...variables, 'OTEL_SERVICE_NAME', 'OTEL_RESOURCE_ATTRIBUTES', 'OTEL_TRACES_EXPORTER'].map(each => [each, '']),
)

interface Attribute {
  readonly key: string
  readonly value: { readonly stringValue?: string; readonly intValue?: number }
}

interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly attributes: readonly Attribute[]
  readonly status: { readonly code: number }
}

interface Message {
  readonly resourceSpans: readonly {
    readonly resource: Pick<Span, 'attributes'>
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[]
  }[]
}

/** What a collector got, and how it answers: with a status, or never. */
async function startCollector(status: number | undefined) {
  const bodies: string[] = []
  const got: Record<string, unknown>[] = []
  const collector = createServer(async (request, response) => {
    got.push({ url: request.url, ...request.headers })
    bodies.push(Buffer.concat(await request.toArray()).toString('utf8'))
    if (status !== undefined) response.writeHead(status, { 'content-type': 'application/json' }).end('{}')
  }).listen(0, '127.0.0.1')
  await once(collector, 'listening')
  after(() => collector.close().closeAllConnections())
  const messages = () => bodies.map(body => JSON.parse(body) as Message)
  return {
    bodies,
    got,
    url: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
    spans: () => messages().flatMap(({ resourceSpans }) => resourceSpans.flatMap(each => each.scopeSpans.flatMap(({ spans }) => spans))),
    resources: () => messages().flatMap(({ resourceSpans }) => resourceSpans.map(({ resource }) => valuesOf(resource))),
  }
}

const start = (environment: NodeJS.ProcessEnv): Promise<Server> =>
  startServer(fs.mkdtempSync(path.join(folder.path, 'data-')), { ...none, MAPKEEP_LOG_LEVEL: 'info', ...environment })

const stop = async ({ child, ended }: Server) => {
  child.kill('SIGTERM')
  assert.equal((await ended).exitCode, 0)
}

const valuesOf = ({ attributes }: Pick<Span, 'attributes'>) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]))

const linesOf = ({ said }: Server, text: string) =>
  said.errors
    .split('\n')
    .filter(line => line.includes(text))
    .map(line => JSON.parse(line))

describe('traces', { timeout: 120_000 }, () => {
  test('follow requests from their caller into the stores, and tell nothing of what was asked', async () => {
    const collector = await startCollector(200)
    const environment = { OTEL_SERVICE_NAME: 'our-maps', OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' }
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_HEADERS: 'x-token=t1', ...environment })
    await uploadJs(server.url, { version: '1.2.3', name: 'secret-name.js' })
    const traceparent = `00-${caller.trace}-${caller.span}-01`
    const query = 'mapkind=js&filter[service]=shop&filter[version]=1.2.3'
    assert.equal((await fetch(`${server.url}${list}?${query}`, { headers: { ...headers, traceparent } })).status, 200)
    assert.equal((await fetch(`${server.url}${list}?mapkind=js`, { headers: { ...headers, 'dd-application-key': 'wrong' } })).status, 401)
    assert.equal((await fetch(`${server.url}/no/such/secret-path`)).status, 404)
    await stop(server)

    const spans = collector.spans()
    const named = (name: string) => spans.filter(span => span.name === name)
    const childrenOf = (parent: Span) => spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId).map(({ name }) => name)
    const [upload] = named('POST /api/v2/srcmap')
    assert.ok(upload)
    assert.equal(upload.parentSpanId, undefined)
    const steps = childrenOf(upload)
    for (const step of ['blobs.receive', 'catalog.declareUpload', 'blobs.keep', 'catalog.commitUpload', 'blobs.discard'])
      assert.ok(steps.includes(step), `${step} is not among ${steps}`)

    const listed = named(`GET ${list}`).find(({ traceId }) => traceId === caller.trace)
    assert.ok(listed)
    assert.equal(listed.parentSpanId, caller.span)
    assert.ok(childrenOf(listed).includes('catalog.list'))
    assert.ok(spans.filter(({ name }) => name === 'catalog.list').every(({ traceId }) => traceId === caller.trace))
    const { 'mapkeep.request_id': requestId, ...facts } = valuesOf(listed)
    assert.match(String(requestId), /^[0-9a-f-]{36}$/)
    assert.deepEqual(facts, { 'http.request.method': 'GET', 'http.route': list, 'http.response.status_code': 200 })

    const refused = named(`GET ${list}`).find(({ traceId }) => traceId !== caller.trace)
    assert.ok(refused)
    assert.equal(valuesOf(refused)['http.response.status_code'], 401)
    assert.equal(named('GET unknown').length, 1)
    const roots = spans.filter(({ name }) => /^[A-Z]+ /.test(name))
    assert.deepEqual(roots.map(({ name }) => name).sort(), [`GET ${list}`, `GET ${list}`, 'GET unknown', 'POST /api/v2/srcmap'])

    assert.deepEqual(
      linesOf(server, '"msg":"request"').map(({ trace_id }) => trace_id),
      [upload, listed, refused, named('GET unknown')[0]].map(span => span?.traceId),
    )
    for (const resource of collector.resources()) {
      assert.equal(resource['service.name'], 'our-maps')
      assert.equal(resource['deployment.environment.name'], 'test')
    }
    assert.equal(collector.got[0]?.url, '/v1/traces')
    assert.equal(collector.got[0]?.['x-token'], 't1')
    for (const secret of [
      keys.api,
      keys.application,
      'wrong',
      'shop',
      '1.2.3',
      'secret-',
      'filter',
      'mapkind',
      '127.0.0.1',
      'default',
      folder.path,
    ])
      assert.ok(!collector.bodies.join('\n').includes(secret), secret)
  })

  test('name the class of an error, and a fault makes the request one', async () => {
    const collector = await startCollector(200)
    const server = await start({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collector.url}/traces` })
    await uploadJs(server.url, { version: '1', name: 'a.js' })
    const stored = fs.readdirSync(path.dirname(dataOf(server)), { recursive: true, encoding: 'utf8' })
    for (const file of stored.filter(each => /[0-9a-f]{64}/.test(path.basename(each))))
      fs.rmSync(path.join(path.dirname(dataOf(server)), file), { recursive: true })
    const answer = await fetch(`${server.url}/api/mapkeep/v1/sourcemaps/1/files/source_map`, { headers })
    await answer.text().catch(() => '')
    await stop(server)
    assert.equal(collector.got[0]?.url, '/traces')
    const failed = collector.spans().filter(({ name }) => name === 'blobs.read')
    assert.ok(failed.length > 0)
    for (const span of failed) assert.deepEqual([valuesOf(span)['error.type'], span.status.code], ['MissingCopy', 2])
    const [request] = collector.spans().filter(({ name }) => name.startsWith('GET '))
    assert.ok(request)
    assert.equal(request.status.code, answer.status >= 500 ? 2 : 0)
    assert.ok(!collector.bodies.join('\n').includes('no copy'))
    assert.equal(collector.resources()[0]?.['service.name'], 'mapkeep')
  })

  test('that nobody takes disturb no request; why is logged once, and so is a variable that is not understood', async () => {
    const collector = await startCollector(400)
    const server = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '10',
      OTEL_TRACES_SAMPLER: 'sometimes',
    })
    while (collector.got.length < 3) assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
    await stop(server)
    const lines = linesOf(server, 'traces are not exported')
    assert.equal(lines.length, 1)
    assert.equal(lines[0].level, 40)
    assert.match(linesOf(server, 'setting of tracing')[0].reason, /OTEL_TRACES_SAMPLER/)
  })

  test('do not keep a server from stopping when the collector hangs', async () => {
    const collector = await startCollector(undefined)
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TIMEOUT: '600000' })
    await fetch(`${server.url}/healthz`)
    await stop(server)
    assert.equal(collector.got.length, 1)
  })

  test('are made only of the requests that the sampler takes', async () => {
    const collector = await startCollector(200)
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER: 'parentbased_always_off' })
    await fetch(`${server.url}/healthz`)
    await fetch(`${server.url}${list}?mapkind=js`, { headers: { ...headers, traceparent: `00-${caller.trace}-${caller.span}-01` } })
    await stop(server)
    assert.deepEqual([...new Set(collector.spans().map(({ traceId }) => traceId))], [caller.trace])
  })

  test('are off, and the SDK is not loaded, unless the environment asks for them', async () => {
    const collector = await startCollector(200)
    // Which files a program has loaded the engine notes at its end; the SDK is the one with this class
    const loaded = async (environment: NodeJS.ProcessEnv) => {
      const notes = fs.mkdtempSync(path.join(folder.path, 'loaded-'))
      const server = await start({ ...environment, NODE_V8_COVERAGE: notes })
      await fetch(`${server.url}/healthz`)
      await stop(server)
      const texts = fs.readdirSync(notes).map(file => fs.readFileSync(path.join(notes, file), 'utf8'))
      const urls = texts.flatMap(text => (JSON.parse(text) as { result: { url: string }[] }).result.map(({ url }) => url))
      const files = urls.filter(url => url.startsWith('file:')).map(url => fileURLToPath(url))
      assert.ok(files.some(file => path.basename(file) === 'main.js'))
      return files.some(file => fs.readFileSync(file, 'utf8').includes('BatchSpanProcessorBase'))
    }
    const asked = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    const off = [{}, { ...asked, OTEL_SDK_DISABLED: 'true' }, { ...asked, OTEL_TRACES_EXPORTER: 'none' }]
    for (const environment of off) assert.equal(await openTracing(environment, '0.0.0', assert.fail), undefined)
    assert.equal(await loaded({}), false)
    assert.equal(collector.got.length, 0)
    assert.equal(await loaded(asked), true)
    assert.equal(collector.got.length, 1)
  })
})

/** A file in the folder of a server's data. */
function dataOf({ child }: Server): string {
  return path.join(child.spawnargs.at(-1) ?? '', 'any')
}
