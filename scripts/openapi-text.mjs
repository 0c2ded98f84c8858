import fs from 'node:fs'
import { allRoutes } from '../dist/http/all-routes.js'
import { openApiText } from '../dist/http/openapi/document.js'

/** The contract of the API, from the table of routes. */
export const openapiText = () => {
  const { version } = JSON.parse(fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  return openApiText(allRoutes, version)
}
