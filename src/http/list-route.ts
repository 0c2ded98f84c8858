import type { Kind } from '../domain/kinds.ts'
import { toItem } from '../domain/source-map.ts'
import { type Listed, list } from '../operations/list.ts'
import { type Answer, json } from './answer.ts'
import type { Description } from './description.ts'
import { writeCursor } from './list-cursor.ts'
import { listAnswer, listParameters } from './list-description.ts'
import { type ListWish, readList } from './read-list.ts'
import type { AskedBy, Route } from './route.ts'

/** A list: where it stands and which kinds it knows. */
export interface ListDoor extends Pick<Description, 'operationId' | 'tag' | 'summary' | 'text'> {
  readonly path: string
  readonly kinds: readonly Kind[]
}

/** The route of a list of live maps. */
export function listRoute({ path, kinds, ...texts }: ListDoor): Route {
  return {
    method: 'GET',
    path,
    credentials: 'keys',
    permission: 'rum_apps_read',
    family: 'read',
    errors: 'objects',
    description: { ...texts, parameters: listParameters(kinds), answers: [listAnswer(kinds)], refusals: ['bad_request', 'too_large'] },
    handle: asked => answer(readList(asked.query(), { kinds, ...asked.principal }), asked),
  }
}

async function answer(wish: ListWish, { parts }: AskedBy): Promise<Answer> {
  const listed = await list(parts.catalog, wish.query, wish.page)
  return json({ data: listed.maps.map(toItem), meta: { page: pageOf(wish, listed) } })
}

function pageOf({ sealedTo, next }: ListWish, { maps, more, total }: Listed): object {
  const last = maps.at(-1)
  const goesOn = more && next !== 'none'
  return {
    has_more_results: goesOn,
    // wire: 0 where nothing was counted, which is only while browsing; of one debug id there is one map (decision 13)
    total_filtered_count: next === 'none' ? Math.min(total ?? maps.length, 1) : (total ?? 0),
    ...(goesOn && next === 'cursor' && last ? { next_cursor: writeCursor(sealedTo, { id: last.id, total }) } : {}),
  }
}
