import { sendAsset } from '../docs/send-asset.ts'
import type { Route } from '../route.ts'

/** The contract as data. */
export const openApiJson: Route = {
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
  handle: async asked => sendAsset(asked, asked.contract()),
}
