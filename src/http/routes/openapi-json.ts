import { toAsset } from '../docs/assets.ts'
import { sendAsset } from '../docs/send-asset.ts'
import { openApiText } from '../openapi/document.ts'
import type { Route } from '../route.ts'

/** The contract as data; `routes` is asked for when a request comes, since this route is one of them. */
export function openApiJson(routes: () => readonly Route[]): Route {
  return {
    method: 'GET',
    path: '/openapi.json',
    credentials: 'none',
    errors: 'objects',
    description: {
      operationId: 'GetOpenAPI',
      tag: 'Running',
      summary: 'Get this contract as OpenAPI 3.1',
      text: 'The same document as the file `openapi.json` of this version.',
      answers: [
        { status: 200, description: 'The document.', schema: { type: 'object' }, headers: { ETag: 'digest of the document' } },
        { status: 304, description: 'The copy named by `If-None-Match` is still good.' },
      ],
    },
    handle: async asked => sendAsset(asked, toAsset('application/json', Buffer.from(openApiText(routes(), asked.parts.version)))),
  }
}
