import type { Parameter, Schema } from './description.ts'

/** The `id` in the path of a route. `form`: what its schema says beside that it is a text. */
export function idInPath(description: string, example: string, form: Schema = {}): Parameter {
  return { name: 'id', in: 'path', required: true, description, schema: { type: 'string', ...form }, example }
}
