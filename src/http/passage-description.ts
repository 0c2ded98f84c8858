import type { Kind } from '../domain/kinds.ts'
import { passageRules } from '../domain/passage-rules.ts'
import { affectedSchema } from './affected-schema.ts'
import type { AnswerDescription, Parameter } from './description.ts'
import { intentParameters } from './intent-parameters.ts'
import { selectionParameters } from './selection-parameters.ts'

/** The parameters of a deletion or restoration. */
export function passageParameters(kinds: readonly Kind[]): Parameter[] {
  const [mapkind, ...filters] = selectionParameters(passageRules(kinds))
  return [
    ...(mapkind ? [mapkind] : []),
    {
      name: 'dry_run',
      in: 'query',
      required: true,
      description: '`true` answers what the same request with `false` would affect, and changes nothing.',
      schema: { type: 'boolean' },
      example: true,
    },
    ...filters,
    {
      name: 'plan',
      in: 'query',
      required: false,
      description:
        'For `dry_run=false`: the plan of a preview of the same selection. Exactly what was previewed is affected, or nothing, and repeating the request repeats its answer.',
      schema: { type: 'string', pattern: '^pln_[A-Za-z0-9_-]+$' },
    },
    ...intentParameters,
  ]
}

/** What a deletion or restoration answers, dry or real. */
export function passageAnswer(kinds: readonly Kind[]): AnswerDescription {
  return {
    status: 200,
    description: 'Exactly the maps that were affected, or would be. The answer is a stream; one that breaks off is no answer.',
    headers: { 'Mapkeep-Plan': 'id of the plan; of a dry run only' },
    schema: affectedSchema(kinds),
  }
}
