import { kindNames } from '../../domain/kinds.ts'
import { passageRoute } from '../passage-route.ts'

/** The restoration of maps of every kind, those included that Datadog's API has no name for. */
export const restoreAnyKind = passageRoute({
  verb: 'restore',
  path: '/api/mapkeep/v1/sourcemaps/restore',
  kinds: kindNames,
  operationId: 'RestoreSourcemapsOfAnyKind',
  tag: 'Mapkeep',
  summary: 'Restore deleted source maps of any kind',
  text: 'The same as `PATCH /api/v2/sourcemaps/restore`, for every kind that can be uploaded.',
})
