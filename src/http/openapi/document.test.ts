import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { allRoutes } from '../all-routes.ts'
import type { Route } from '../route.ts'
import { openApiDocument, openApiText } from './document.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into every corner of the document
const document = openApiDocument(allRoutes, '1.2.3') as any
const operationOf = ({ method, path: pattern }: Route) => document.paths[pattern.replace(/:([a-z]+)/g, '{$1}')]?.[method.toLowerCase()]

/** The component name of a refusal's body. */
function bodyOf(response: { $ref: string }): string {
  const { content } = document.components.responses[response.$ref.split('/').at(-1) ?? '']
  return content['application/json'].schema.$ref.split('/').at(-1)
}

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()
    assert.deepEqual(await validator.validate(JSON.parse(JSON.stringify(document))), { valid: true })
    assert.equal(validator.version, '3.1')
  })

  test('has every route with its own operation id', () => {
    const ids = allRoutes.map(route => operationOf(route)?.operationId)
    assert.deepEqual(
      ids,
      allRoutes.map(route => route.description.operationId),
    )
    assert.equal(new Set(ids).size, allRoutes.length)
  })

  test('names Datadog’s five operations as Datadog does', () => {
    const { paths } = document
    assert.equal(paths['/api/v2/sourcemaps'].delete.operationId, 'DeleteSourcemaps')
    assert.equal(paths['/api/v2/sourcemaps'].get.operationId, 'GetSourcemaps')
    assert.equal(paths['/api/v2/sourcemaps/list'].get.operationId, 'ListSourcemaps')
    assert.equal(paths['/api/v2/sourcemaps/restore'].patch.operationId, 'RestoreSourcemaps')
    assert.equal(paths['/api/v2/sourcemaps/service_repository_info'].post.operationId, 'GetServiceRepositoryInfo')
  })

  test('leads every reference to a component', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/([\w-]+)"/g)]
    assert.ok(references.length > 0)
    assert.deepEqual(
      references.filter(([, section = '', name = '']) => document.components[section]?.[name] === undefined).map(([text]) => text),
      [],
    )
  })

  test('describes every name in a path, and no parameter twice', () => {
    for (const route of allRoutes) {
      const parameters: { in: string; name: string; required: boolean }[] = operationOf(route).parameters ?? []
      const inPath = parameters.filter(each => each.in === 'path')
      assert.deepEqual(
        inPath.map(each => each.name),
        [...route.path.matchAll(/:([a-z]+)/g)].map(([, name]) => name),
      )
      assert.ok(inPath.every(each => each.required))
      assert.equal(new Set(parameters.map(each => `${each.in} ${each.name}`)).size, parameters.length)
    }
  })

  test('tells 401 from 403 as the server does', () => {
    for (const route of allRoutes) {
      const { responses, security } = operationOf(route)
      const keyed = route.credentials !== 'none'
      assert.equal('401' in responses, route.credentials === 'keys' || route.path === '/metrics', route.path)
      assert.equal('403' in responses, route.credentials === 'upload' || (keyed && route.permission !== undefined), route.path)
      assert.equal(security.length > 0, keyed, route.path)
    }
  })

  test('gives every refusal the shape of its route, and a 429 always strings', () => {
    for (const route of allRoutes) {
      const refused = Object.entries<{ $ref: string }>(operationOf(route).responses).filter(([, response]) => response.$ref)
      for (const [status, response] of refused) {
        const strings = status === '429' || route.errors === 'strings'
        assert.equal(bodyOf(response), strings ? 'ErrorStrings' : 'ErrorObjects', `${route.path} ${status}`)
      }
      assert.equal('429' in operationOf(route).responses, route.family !== undefined)
    }
  })

  test('names the permission an operation needs', () => {
    for (const route of allRoutes) {
      const needed = route.credentials === 'none' ? undefined : route.permission
      assert.equal(operationOf(route)['x-permission'], needed)
      if (needed) assert.match(operationOf(route).description, new RegExp(`\`${needed}\``))
    }
  })

  test('is the same text each time it is made', () => {
    assert.equal(openApiText(allRoutes, '1.2.3'), openApiText([...allRoutes], '1.2.3'))
  })
})
