import { kindNames } from '../domain/kinds.ts'
import type { AnswerDescription, Schema } from './description.ts'
import { exampleItem } from './openapi/example-item.ts'
import { anyItem } from './openapi/item-schemas.ts'
import { pageAfterMeta } from './page-after-description.ts'
import { time } from './scalar-schemas.ts'

const beside: Schema = {
  type: 'object',
  required: ['deleted_at'],
  properties: {
    deleted_at: time,
    undo_until: { ...time, description: 'Until when the map can surely be restored.' },
    operation: { type: 'string', description: 'The operation that deleted it.' },
  },
}

const item = exampleItem('js')
const since = { deleted_at: '2026-01-15T10:00:00.000Z', undo_until: '2026-02-14T10:00:00.000Z', operation: 'op_7' }

/** A page of deleted maps. */
export const deletedAnswer: AnswerDescription = {
  status: 200,
  description: 'Deleted maps, newest upload first.',
  schema: {
    type: 'object',
    required: ['data', 'meta'],
    properties: {
      data: { type: 'array', items: { allOf: [anyItem(kindNames), { type: 'object', properties: { attributes: beside } }] } },
      meta: pageAfterMeta,
    },
  },
  example: { data: [{ ...item, attributes: { ...item.attributes, ...since } }], meta: { page: { has_more_results: false } } },
}
