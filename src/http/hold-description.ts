import { kindNames } from '../domain/kinds.ts'
import type { AnswerDescription, BodyDescription, Parameter, Schema } from './description.ts'
import { idInPath } from './id-in-path.ts'
import { document, resource } from './item-schema.ts'
import { holdBounds } from './read-hold.ts'
import { time } from './scalar-schemas.ts'

/** The id of a hold in a path. */
export const holdIdParameter = idInPath('The id of the hold.', 'hld_7Hq2mZ4xKw0B')

/** Whether holds that have ended are listed, too. */
export const allHoldsParameter: Parameter = {
  name: 'all',
  in: 'query',
  required: false,
  description: '`true` lists the holds, too, that have been released or have expired.',
  schema: { type: 'boolean', default: false },
}

const text: Schema = { type: 'string', minLength: 1, maxLength: holdBounds.text }
const pattern: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: holdBounds.pattern,
  description: '`*` stands for any run of characters, everything else for itself; case counts.',
}

const selector: Schema = {
  type: 'object',
  description: 'Which maps it keeps, now and in the future: those that meet every given condition.',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    mapkind: { type: 'string', enum: kindNames },
    service: pattern,
    version: pattern,
    ids: { type: 'array', minItems: 1, maxItems: holdBounds.ids, items: { type: 'string', pattern: '^[1-9][0-9]*$' } },
  },
}

const asked = { selector, reason: text, owner: { ...text, description: 'Who to ask about it.' }, expires_at: time }
const required = ['selector', 'reason', 'owner']

const example = { selector: { service: 'shop', version: '4.*' }, reason: 'LTS', owner: 'release team' }

/** A hold to be placed. */
export const holdBody: BodyDescription = {
  contentTypes: ['application/json', 'application/vnd.api+json'],
  required: true,
  description: 'At most 1 MiB; members that are not named here are refused.',
  schema: document({
    type: 'object',
    required: ['type', 'attributes'],
    properties: { type: { const: 'holds' }, attributes: { type: 'object', required, additionalProperties: false, properties: asked } },
  }),
  example: { data: { type: 'holds', attributes: example } },
}

const attributes: Schema = {
  type: 'object',
  required: [...required, 'created_by', 'created_at'],
  properties: {
    ...asked,
    created_by: { type: 'string', description: 'Id of the key that placed it.' },
    created_at: time,
    released_at: time,
  },
}

const hold = resource({ type: 'holds', attributes })
const placed = {
  id: 'hld_7Hq2mZ4xKw0B',
  type: 'holds',
  attributes: { ...example, created_by: 'key_2Yb0Qm4vT8xK', created_at: '2026-01-15T10:00:00.000Z' },
}

/** A hold that has been placed. */
export const holdAnswer: AnswerDescription = {
  status: 201,
  description: 'The hold. From now on nothing it matches is deleted or purged.',
  schema: document(hold),
  example: { data: placed },
}

/** Holds. */
export const holdsAnswer: AnswerDescription = {
  status: 200,
  description: 'Holds, newest first.',
  schema: { type: 'object', required: ['data'], properties: { data: { type: 'array', items: hold } } },
  example: { data: [placed] },
}
