import { kindNames } from '../domain/kinds.ts'
import type { AnswerDescription, Schema } from './description.ts'
import { idInPath } from './id-in-path.ts'
import { document } from './item-schema.ts'
import { anyItem } from './openapi/item-schemas.ts'
import { text, time } from './scalar-schemas.ts'

/** The id of a map in a path. */
export const idParameter = idInPath('The id of the map.', '5', { pattern: '^[1-9][0-9]*$' })

const bytes: Schema = { type: 'integer', format: 'int64' }

const file: Schema = {
  type: 'object',
  required: ['part', 'size', 'stored_size', 'sha256', 'path'],
  properties: { part: text, file_name: text, size: bytes, stored_size: bytes, sha256: text, path: text },
}

const beside: Schema = {
  type: 'object',
  required: ['state', 'files', 'uploader'],
  properties: {
    state: { type: 'string', enum: ['live', 'deleted', 'purged'] },
    deleted_at: time,
    undo_until: time,
    purged_at: time,
    operation: { ...text, description: 'The last operation that moved the map.' },
    files: { type: 'array', items: file },
    uploader: { type: 'object', properties: { id: text, name: text } },
    repository: { type: 'object', properties: { url: text, commit: text } },
  },
}

/** One map with everything beside its attributes. */
export const detailAnswer: AnswerDescription = {
  status: 200,
  description: 'The map.',
  schema: document({ allOf: [anyItem(kindNames), { type: 'object', properties: { attributes: beside } }] }),
}
