import type { Kind } from '../domain/kinds.ts'
import type { Schema } from './description.ts'
import { anyItem } from './openapi/item-schemas.ts'
import { text, time } from './scalar-schemas.ts'
import { leftSchema, totalsSchema } from './totals-schemas.ts'

const meta: Schema = {
  type: 'object',
  required: ['dry_run', 'totals'],
  properties: {
    dry_run: { type: 'boolean' },
    totals: totalsSchema,
    plan: {
      type: 'object',
      description: 'Only of a dry run: what to give as `plan` to do exactly this.',
      required: ['id', 'expires_at'],
      properties: { id: text, expires_at: time },
    },
    operation: {
      type: 'object',
      description: 'Only of a real run.',
      required: ['id'],
      properties: {
        id: text,
        undo_until: { ...time, description: 'Until when a deletion can be undone.' },
        undoes: { ...text, description: 'Of an undo: the operation it reversed.' },
      },
    },
    left: leftSchema,
    unmatched: {
      type: 'array',
      items: text,
      description: 'Ids of `filter[id]` that matched nothing; left out when there are none.',
    },
    held: {
      type: 'array',
      description: 'Maps that a hold kept from being deleted; left out when there are none.',
      items: { type: 'object', required: ['id', 'hold', 'reason'], properties: { id: text, hold: text, reason: text } },
    },
  },
}

/** The answer of a change or of its preview. */
export function affectedSchema(kinds: readonly Kind[]): Schema {
  return { type: 'object', required: ['meta', 'data'], properties: { meta, data: { type: 'array', items: anyItem(kinds) } } }
}
