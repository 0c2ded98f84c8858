import { kindNames } from '../domain/kinds.ts'
import type { AnswerDescription, Schema } from './description.ts'
import { idInPath } from './id-in-path.ts'
import { exampleItem } from './openapi/example-item.ts'
import { anyItem } from './openapi/item-schemas.ts'
import { pageAfterMeta } from './page-after-description.ts'
import { text, time } from './scalar-schemas.ts'
import { leftSchema, totalsSchema } from './totals-schemas.ts'

/** The id of an operation in a path. */
export const operationIdParameter = idInPath('The id of the operation, as deletions and restorations answer it.', 'op_7', {
  pattern: '^op_[1-9][0-9]*$',
})

const id: Schema = { type: 'string', pattern: '^op_[1-9][0-9]*$' }

const attributes: Schema = {
  type: 'object',
  required: ['kind', 'to', 'actor', 'at', 'forced', 'totals'],
  properties: {
    kind: { type: 'string', enum: ['deletion', 'restoration', 'undo', 'purge'] },
    to: { type: 'string', enum: ['live', 'deleted', 'purged'], description: 'The state it brought its maps to.' },
    actor: {
      type: 'object',
      description: 'The key that asked; `mapkeep` is work in the background.',
      required: ['id', 'name'],
      properties: { id: text, name: text },
    },
    address: { ...text, description: 'The network address it was asked from.' },
    at: time,
    undo_until: { ...time, description: 'Until when what it deleted can surely be undone.' },
    reason: text,
    forced: { type: 'boolean', description: 'Whether it was asked to go beyond the limit on deletions.' },
    selection: {
      type: 'object',
      description: 'What was asked for, under the names of the parameters. An undo and a purge follow another operation instead.',
      required: ['mapkind'],
      properties: { mapkind: text },
      additionalProperties: { type: 'array', items: text },
    },
    undoes: { ...id, description: 'The operation that this undo reversed.' },
    purges: { ...id, description: 'The operation whose maps this purge took.' },
    undone_by: { ...id, description: 'The newest undo of this operation.' },
    plan: { ...text, description: 'The plan that was carried out.' },
    totals: totalsSchema,
    left: leftSchema,
  },
}

/** An operation. */
export const operationSchema: Schema = {
  type: 'object',
  required: ['id', 'type', 'attributes'],
  properties: { id, type: { const: 'operations' }, attributes },
}

const example = {
  id: 'op_7',
  type: 'operations',
  attributes: {
    kind: 'deletion',
    to: 'deleted',
    actor: { id: 'key_2Yb0Qm4vT8xK', name: 'release robot' },
    address: '192.0.2.7',
    at: '2026-01-15T10:00:00.000Z',
    undo_until: '2026-02-14T10:00:00.000Z',
    reason: 'end of life',
    forced: false,
    selection: { mapkind: 'js', 'filter[service]': ['shop'], 'filter[version]': ['1.4.2'] },
    plan: 'pln_5kQ2vXr9TzAbW0cY',
    totals: { count: 1, size: 48211, freed_size: 9120, shared_size: 0 },
  },
}

const firstPage = { page: { has_more_results: false } }

/** A page of operations. */
export const operationsAnswer: AnswerDescription = {
  status: 200,
  description: 'Operations, newest first.',
  schema: {
    type: 'object',
    required: ['data', 'meta'],
    properties: { data: { type: 'array', items: operationSchema }, meta: pageAfterMeta },
  },
  example: { data: [example], meta: firstPage },
}

const now: Schema = {
  type: 'object',
  required: ['state'],
  properties: {
    state: { type: 'string', enum: ['live', 'deleted', 'purged'] },
    operation: { ...id, description: 'The operation that moved the map last.' },
  },
}

const member = exampleItem('js')

/** An operation with a page of its members. */
export const operationAnswer: AnswerDescription = {
  status: 200,
  description: 'The operation, and its maps as they are now, by rising id.',
  schema: {
    type: 'object',
    required: ['data', 'included', 'meta'],
    properties: {
      data: operationSchema,
      included: { type: 'array', items: { allOf: [anyItem(kindNames), { type: 'object', properties: { attributes: now } }] } },
      meta: pageAfterMeta,
    },
  },
  example: {
    data: example,
    included: [{ ...member, attributes: { ...member.attributes, state: 'deleted', operation: 'op_7' } }],
    meta: firstPage,
  },
}
