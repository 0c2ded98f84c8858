import type { Schema } from '../description.ts'
import type { ErrorShape } from '../route.ts'

/** The component name of each error shape. */
export const errorSchemaNames: Readonly<Record<ErrorShape, string>> = { objects: 'ErrorObjects', strings: 'ErrorStrings' }

/** The component schemas of both error shapes. `wire:` wire-api section 10. */
export function errorSchemas(): Schema {
  return {
    [errorSchemaNames.objects]: errorList('Every reason for refusing the request, as JSON:API error objects.', errorObject),
    [errorSchemaNames.strings]: errorList('Every reason for refusing the request, as texts.', { type: 'string' }),
  }
}

const errorObject: Schema = {
  type: 'object',
  required: ['status', 'title', 'detail'],
  properties: {
    status: { type: 'string', description: 'the HTTP status, as text' },
    title: { type: 'string' },
    detail: { type: 'string', description: 'what is wrong and what is allowed' },
    source: {
      type: 'object',
      description: 'the place in the request that caused it',
      properties: { parameter: { type: 'string' }, pointer: { type: 'string' }, header: { type: 'string' } },
      minProperties: 1,
      maxProperties: 1,
    },
    meta: { type: 'object' },
  },
}

function errorList(description: string, items: Schema): Schema {
  return { type: 'object', description, required: ['errors'], properties: { errors: { type: 'array', minItems: 1, items } } }
}
