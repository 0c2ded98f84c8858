import type { AnswerDescription, Parameter, Schema } from './description.ts'
import { document, resource } from './item-schema.ts'

const text = (name: string, description: string, example: string): Parameter => ({
  name,
  in: 'query',
  required: false,
  description,
  schema: { type: 'string', minLength: 1 },
  example,
})

/** The two ways to ask for a js map. */
export const getParameters: readonly Parameter[] = [
  text('filename', 'Name or path of the map or its minified file. Required unless debug_id is given.', 'js/bundle.min.js.map'),
  text('service', 'Required unless debug_id is given.', 'my-web-service'),
  text('version', 'Required unless debug_id is given.', '1.0.0'),
  {
    name: 'debug_id',
    in: 'query',
    required: false,
    description: 'The debug id of the map, instead of the other three.',
    schema: { type: 'string', format: 'uuid' },
  },
]

const list = (items: Schema): Schema => ({ type: 'array', items })

const attributes: Schema = {
  type: 'object',
  required: ['file', 'mappings', 'minifiedLineLengths', 'names', 'sourceRoot', 'sources', 'sourcesContent', 'version'],
  properties: {
    file: { type: 'string' },
    mappings: { type: 'string', description: 'Base64 VLQ.' },
    minifiedLineLengths: { ...list({ type: 'integer' }), description: 'Characters of each line of the minified file.' },
    names: list({ type: 'string' }),
    sourceRoot: { type: 'string' },
    sources: list({ type: 'string' }),
    sourcesContent: { ...list({ type: 'string' }), description: 'Parallel to sources.' },
    version: { type: 'integer', format: 'int64' },
  },
}

/** A js map's content. */
export const getAnswer: AnswerDescription = {
  status: 200,
  description: 'The map; its id is the path of the map.',
  schema: document(resource({ type: 'sourcemap_files', attributes })),
}
