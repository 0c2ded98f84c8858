import { wireKinds } from '../../domain/kinds.ts'
import { passageRoute } from '../passage-route.ts'

/** The restoration of deleted source maps. */
export const restoreSourcemaps = passageRoute({
  verb: 'restore',
  path: '/api/v2/sourcemaps/restore',
  kinds: wireKinds,
  operationId: 'RestoreSourcemaps',
  tag: 'Source maps',
  summary: 'Restore deleted source maps',
  text: 'Makes every deleted map that matches all filters live again, all or none, or previews that. A newer upload of the same map is left beside it.',
})
