import { Problem } from '../../domain/problem.ts'
import { readAsset } from '../docs/assets.ts'
import { sendAsset } from '../docs/send-asset.ts'
import type { Route } from '../route.ts'

/** The page that shows the contract to people. */
export const docs: Route = {
  method: 'GET',
  path: '/docs',
  credentials: 'none',
  errors: 'objects',
  description: {
    operationId: 'ReadDocs',
    tag: 'Running',
    summary: 'Read this contract as a page',
    text: 'The page and everything it loads come from this server.',
    answers: [
      {
        status: 200,
        description: 'The page.',
        contentType: 'text/html',
        schema: { type: 'string' },
        headers: { ETag: 'digest of the page' },
      },
      { status: 304, description: 'The copy named by `If-None-Match` is still good.' },
    ],
  },
  handle: async asked => {
    const page = await readAsset('page.html')
    if (!page) throw new Problem('not_found', 'There is no page')
    return sendAsset(asked, page)
  },
}
