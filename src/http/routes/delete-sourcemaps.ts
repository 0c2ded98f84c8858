import { wireKinds } from '../../domain/kinds.ts'
import { passageRoute } from '../passage-route.ts'

/** The deletion of source maps. */
export const deleteSourcemaps = passageRoute({
  verb: 'delete',
  path: '/api/v2/sourcemaps',
  kinds: wireKinds,
  operationId: 'DeleteSourcemaps',
  tag: 'Source maps',
  summary: 'Delete source maps',
  text: 'Deletes every live map that matches all filters, all or none, or previews that. Deleted maps can be restored until the undo window has passed. Unknown parameters are refused, so that a misspelt filter never widens a deletion.',
})
