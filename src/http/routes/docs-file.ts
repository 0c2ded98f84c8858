import { Problem } from '../../domain/problem.ts'
import { assetNames, readAsset } from '../docs/assets.ts'
import { sendAsset } from '../docs/send-asset.ts'
import type { Route } from '../route.ts'

/** Scripts and styles of the documentation page. */
export const docsFile: Route = {
  method: 'GET',
  path: '/docs/:file',
  credentials: 'none',
  errors: 'objects',
  description: {
    operationId: 'ReadDocsFile',
    tag: 'Running',
    summary: 'Get a script or style of the documentation page',
    text: 'Only the files that the page needs are served.',
    parameters: [
      { name: 'file', in: 'path', required: true, description: 'Name of the file.', schema: { type: 'string', enum: assetNames } },
    ],
    answers: [
      { status: 200, description: 'The file.', contentType: '*/*', schema: { type: 'string' }, headers: { ETag: 'digest of the file' } },
      { status: 304, description: 'The copy named by `If-None-Match` is still good.' },
    ],
    refusals: ['not_found'],
  },
  handle: async asked => {
    const asset = await readAsset(asked.path.file ?? '')
    if (!asset) throw new Problem('not_found', 'The documentation page has no such file')
    return sendAsset(asked, asset)
  },
}
