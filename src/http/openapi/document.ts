import type { Schema } from '../description.ts'
import type { Route } from '../route.ts'
import { errorSchemas } from './error-schemas.ts'
import { itemSchemas } from './item-schemas.ts'
import { operation } from './operation.ts'
import { headerComponents } from './rate-limit-headers.ts'
import { refusalComponents, refusalName } from './refusal-responses.ts'
import { refusals } from './responses.ts'
import { securitySchemes } from './security.ts'
import { tags } from './tags.ts'

const about = `mapkeep stores source maps and debug symbols and speaks Datadog's source-map API: the upload intake, and the operations that
list, get, preview, delete and restore maps. What lies under \`/api/mapkeep/v1\` is mapkeep's own.

All input of the selecting operations is in the query string. A repeated \`filter[…]\` matches any of its values, different filters
must all match, and a comma is part of a value. A selection that could be misread is refused and nothing happens.`

/** The contract of these routes as an OpenAPI 3.1 document, in the order of the routes; equal routes give equal documents. */
export function openApiDocument(routes: readonly Route[], version: string): Schema {
  return {
    openapi: '3.1.0',
    info: { title: 'mapkeep', version, description: about, license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/', description: 'the server that answers with this document' }],
    tags,
    paths: paths(routes),
    components: {
      securitySchemes,
      headers: headerComponents,
      responses: refusalComponents(new Set(routes.flatMap(route => refusals(route).map(code => refusalName(route, code))))),
      schemas: { ...itemSchemas(), ...errorSchemas() },
    },
  }
}

/** The document as the text of `openapi.json`. */
export function openApiText(routes: readonly Route[], version: string): string {
  return `${JSON.stringify(openApiDocument(routes, version), null, 2)}\n`
}

function paths(routes: readonly Route[]): Schema {
  const templates = [...new Set(routes.map(pathTemplate))]
  return Object.fromEntries(templates.map(template => [template, pathItem(routes.filter(route => pathTemplate(route) === template))]))
}

function pathItem(routes: readonly Route[]): Schema {
  return Object.fromEntries(routes.map(route => [route.method.toLowerCase(), operation(route)]))
}

function pathTemplate({ path }: Route): string {
  return path.replace(/:([a-z_]+)/gi, '{$1}')
}
