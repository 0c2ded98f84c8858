import type { Parameter, Schema } from './description.ts'

/** The parameters of a list that is walked by cursor. `what`: what stands on its pages, in the plural. */
export function pageAfterDescription(what: string): readonly Parameter[] {
  const optional = { in: 'query', required: false } as const
  return [
    {
      ...optional,
      name: 'page[size]',
      description: `${what} on a page; more than 1000 are cut to 1000.`,
      schema: { type: 'integer', format: 'int64', minimum: 1, default: 100 },
    },
    { ...optional, name: 'page[after]', description: 'The `next_cursor` of the previous page.', schema: { type: 'string' } },
  ]
}

/** `meta` of a page of such a list. */
export const pageAfterMeta: Schema = {
  type: 'object',
  required: ['page'],
  properties: {
    page: {
      type: 'object',
      required: ['has_more_results'],
      properties: {
        has_more_results: { type: 'boolean' },
        next_cursor: { type: 'string', description: 'Only when another page exists.' },
      },
    },
  },
}
