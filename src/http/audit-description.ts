import { auditActionNames, auditActions } from '../domain/audit-actions.ts'
import type { AnswerDescription, Parameter, Schema } from './description.ts'
import { resource } from './item-schema.ts'
import { pageAfterDescription, pageAfterMeta } from './page-after-description.ts'
import { text, time } from './scalar-schemas.ts'

const optional = (name: string, description: string, schema: Schema = { type: 'string', minLength: 1 }): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema,
})

/** The parameters of the audit trail. */
export const auditParameters: readonly Parameter[] = [
  {
    ...optional('filter[action]', `Only these: ${auditActionNames.map(name => `\`${name}\` (${auditActions[name]})`).join(', ')}.`, {
      type: 'array',
      items: { type: 'string', enum: auditActionNames },
    }),
    repeated: true,
  },
  optional('filter[actor]', 'Only what this key did; `command line` and `mapkeep` stand for what no key did.'),
  optional('filter[subject]', 'Only what was done to this: the id of a map, an operation, a key or a hold.'),
  optional('filter[since]', 'Not before this time, in ISO 8601 with its zone.', time),
  optional('filter[until]', 'Before this time, in ISO 8601 with its zone.', time),
  ...pageAfterDescription('Events'),
  optional('format', '`jsonl` answers everything that matches, without pages, as `application/jsonl`: one event on each line.', {
    type: 'string',
    enum: ['json', 'jsonl'],
    default: 'json',
  }),
]

const attributes: Schema = {
  type: 'object',
  required: ['at', 'action', 'actor', 'detail'],
  properties: {
    at: time,
    action: { type: 'string', enum: auditActionNames },
    actor: { type: 'object', required: ['id', 'name'], properties: { id: text, name: text } },
    address: { ...text, description: 'Where the request came from, if it came by network.' },
    subject: { ...text, description: 'What it was done to.' },
    detail: { type: 'object', description: 'Facts; which ones depends on the action.' },
  },
}

/** A page of the audit trail. */
export const auditAnswer: AnswerDescription = {
  status: 200,
  description: 'What happened, newest first.',
  schema: {
    type: 'object',
    required: ['data', 'meta'],
    properties: {
      data: { type: 'array', items: resource({ type: 'audit_events', attributes }) },
      meta: pageAfterMeta,
    },
  },
  example: {
    data: [
      {
        id: 'evt_5b1f0c9a7d3e2846f0a1b2c3',
        type: 'audit_events',
        attributes: {
          at: '2026-01-15T10:00:00.000Z',
          action: 'upload',
          actor: { id: 'key_2Yb0Qm4vT8xK', name: 'CI' },
          address: '192.0.2.7',
          subject: '5',
          detail: { kind: 'js', repeat: false, service: 'shop', version: '1.4.2' },
        },
      },
    ],
    meta: { page: { has_more_results: false } },
  },
}
