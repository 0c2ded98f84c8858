import { kindNames } from '../../domain/kinds.ts'
import { passageRoute } from '../passage-route.ts'

/** The deletion of maps of every kind, those included that Datadog's API has no name for. */
export const deleteAnyKind = passageRoute({
  verb: 'delete',
  path: '/api/mapkeep/v1/sourcemaps',
  kinds: kindNames,
  operationId: 'DeleteSourcemapsOfAnyKind',
  tag: 'Mapkeep',
  summary: 'Delete source maps of any kind',
  text: 'The same as `DELETE /api/v2/sourcemaps`, for every kind that can be uploaded.',
})
