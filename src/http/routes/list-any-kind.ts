import { kindNames } from '../../domain/kinds.ts'
import { listRoute } from '../list-route.ts'

/** The list of maps of every kind, those included that Datadog's API has no name for. */
export const listAnyKind = listRoute({
  path: '/api/mapkeep/v1/sourcemaps',
  kinds: kindNames,
  operationId: 'ListSourcemapsOfAnyKind',
  tag: 'Mapkeep',
  summary: 'List source maps of any kind',
  text: 'The same as `GET /api/v2/sourcemaps/list`, for every kind that can be uploaded.',
})
