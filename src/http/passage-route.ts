import type { Kind } from '../domain/kinds.ts'
import type { Affected } from '../operations/affected.ts'
import { deleteMaps } from '../operations/delete.ts'
import { preview } from '../operations/preview.ts'
import { restoreMaps } from '../operations/restore.ts'
import { answerAffected } from './affected-answer.ts'
import type { Description } from './description.ts'
import { passageAnswer, passageParameters } from './passage-description.ts'
import { type PassageWish, readPassage } from './read-passage.ts'
import { refuseBody } from './refuse-body.ts'
import type { AskedBy, Route } from './route.ts'

/** A deletion or restoration: where it stands and which kinds it knows. */
export interface PassageDoor extends Pick<Description, 'operationId' | 'tag' | 'summary' | 'text'> {
  readonly verb: 'delete' | 'restore'
  readonly path: string
  readonly kinds: readonly Kind[]
}

/** The route of a deletion or restoration; dry and real runs share every check, so that they cannot disagree. */
export function passageRoute({ verb, path, kinds, ...texts }: PassageDoor): Route {
  return {
    method: verb === 'delete' ? 'DELETE' : 'PATCH',
    path,
    credentials: 'keys',
    permission: 'rum_delete_data',
    family: 'delete',
    errors: 'objects',
    description: {
      ...texts,
      parameters: passageParameters(kinds),
      answers: [passageAnswer(kinds)],
      refusals: ['bad_request', 'not_found'],
    },
    handle: async asked => {
      await refuseBody(asked.incoming)
      return answerAffected(await affect(verb, readPassage(asked.query(), kinds), asked))
    },
  }
}

function affect(verb: PassageDoor['verb'], { selection, dryRun, reason }: PassageWish, asked: AskedBy): Promise<Affected> {
  const { parts, principal, address, at } = asked
  const { organization, keyId } = principal
  if (dryRun) return preview(parts.catalog, { organization, selection, state: verb === 'delete' ? 'live' : 'deleted' })
  const request = { actor: keyId, address, at, reason }
  if (verb === 'restore') return restoreMaps(parts.catalog, { organization, selection }, request)
  return deleteMaps(parts.catalog, { organization, selection, undoWindow: parts.settings.undoWindow }, request)
}
