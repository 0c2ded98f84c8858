import type { Kind } from '../domain/kinds.ts'
import { passageRules } from '../domain/passage-rules.ts'
import type { AnswerDescription, Parameter } from './description.ts'
import { anyItem } from './openapi/item-schemas.ts'
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
      name: 'reason',
      in: 'query',
      required: false,
      description: 'Why; kept with the operation.',
      schema: { type: 'string', minLength: 1, maxLength: 1000 },
    },
    {
      name: 'force',
      in: 'query',
      required: false,
      description: 'Accepted for requests that carry it; without a limit on deletions it changes nothing.',
      schema: { type: 'boolean' },
    },
  ]
}

const count = { type: 'integer', format: 'int64' }

/** What a deletion or restoration answers, dry or real. */
export function passageAnswer(kinds: readonly Kind[]): AnswerDescription {
  return {
    status: 200,
    description: 'Exactly the maps that were affected, or would be. The answer is a stream; one that breaks off is no answer.',
    schema: {
      type: 'object',
      required: ['meta', 'data'],
      properties: { meta: metaSchema, data: { type: 'array', items: anyItem(kinds) } },
    },
  }
}

const metaSchema = {
  type: 'object',
  required: ['dry_run', 'totals'],
  properties: {
    dry_run: { type: 'boolean' },
    totals: {
      type: 'object',
      required: ['count', 'size'],
      properties: { count, size: { ...count, description: 'Sum of the sizes, in bytes.' } },
    },
    operation: {
      type: 'object',
      description: 'Only of a real run.',
      required: ['id'],
      properties: {
        id: { type: 'string' },
        undo_until: { type: 'string', format: 'date-time', description: 'Until when a deletion can be undone.' },
      },
    },
    unmatched: {
      type: 'array',
      items: { type: 'string' },
      description: 'Ids of `filter[id]` that matched nothing; left out when there are none.',
    },
  },
}
