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

const aboutConflicts =
  'A refusal with 409 and the title `Plan is stale` tells in `meta` how many maps were planned and how many there are now; with the title `Held`, which holds keep every map that matches. Nothing has changed then.'

/** The route of a deletion or restoration; dry and real runs share every check, so that they cannot disagree. */
export function passageRoute({ verb, path, kinds, ...texts }: PassageDoor): Route {
  return {
    method: verb === 'delete' ? 'DELETE' : 'PATCH',
    path,
    credentials: 'keys',
    permission: 'rum_delete_data',
    family: 'delete',
    errors: 'objects',
    refusedAs: verb === 'delete' ? 'deletion.refused' : 'restoration.refused',
    description: {
      ...texts,
      text: `${texts.text}\n\n${aboutConflicts}`,
      parameters: passageParameters(kinds),
      answers: [passageAnswer(kinds)],
      refusals: ['bad_request', 'not_found', 'conflict'],
    },
    handle: async asked => {
      await refuseBody(asked.incoming)
      return answerAffected(await affect(verb, readPassage(asked.query(), kinds, asked.headers), asked))
    },
  }
}

function affect(verb: PassageDoor['verb'], { selection, dryRun, plan, ...intent }: PassageWish, asked: AskedBy): Promise<Affected> {
  const { parts, principal, address, at } = asked
  const { catalog, settings } = parts
  const { organization, keyId: actor } = principal
  const scope = { organization, selection, state: verb === 'delete' ? 'live' : 'deleted' } as const
  if (dryRun) return preview(catalog, scope, { actor, at, planTtl: settings.planTtl })
  const request = { actor, address, at, ...intent }
  if (verb === 'restore') return restoreMaps(catalog, { organization, selection, plan }, request)
  return deleteMaps(catalog, { organization, selection, plan }, { request, rules: settings })
}
