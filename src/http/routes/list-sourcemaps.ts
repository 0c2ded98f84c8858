import { wireKinds } from '../../domain/kinds.ts'
import { listRoute } from '../list-route.ts'

/** The list of live source maps. */
export const listSourcemaps = listRoute({
  path: '/api/v2/sourcemaps/list',
  kinds: wireKinds,
  operationId: 'ListSourcemaps',
  tag: 'Source maps',
  summary: 'List source maps',
  text: 'Lists live maps of one kind, newest first. js maps are paged by cursor unless a page number is given, other kinds by number.',
})
