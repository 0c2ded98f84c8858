import type { Kind } from '../domain/kinds.ts'
import type { AnswerDescription, Parameter } from './description.ts'
import { anyItem } from './openapi/item-schemas.ts'
import { listRules } from './read-list.ts'
import { selectionParameters } from './selection-parameters.ts'

/** The parameters of a list. */
export function listParameters(kinds: readonly Kind[]): Parameter[] {
  const optional = { in: 'query', required: false } as const
  return [
    ...selectionParameters(listRules(kinds, 'filters')),
    {
      ...optional,
      name: 'search_by',
      description: 'Browse every js map that has a debug id; without service, version, filename and page number.',
      schema: { type: 'string', enum: ['debug_id'] },
    },
    {
      ...optional,
      name: 'page[size]',
      description: 'Maps on a page; more than 1000 are cut to 1000.',
      schema: { type: 'integer', format: 'int64', minimum: 1, default: 100 },
    },
    {
      ...optional,
      name: 'page[number]',
      description: 'Which page, counted from 1. The usual way for kinds other than js.',
      schema: { type: 'integer', format: 'int64', minimum: 1 },
    },
    {
      ...optional,
      name: 'page[after]',
      description: 'The `next_cursor` of the previous page, with the same filters. For js only.',
      schema: { type: 'string' },
    },
  ]
}

/** One page of a list. */
export function listAnswer(kinds: readonly Kind[]): AnswerDescription {
  const page = {
    type: 'object',
    required: ['has_more_results', 'total_filtered_count'],
    properties: {
      has_more_results: { type: 'boolean' },
      total_filtered_count: { type: 'integer', format: 'int64', description: '0 while browsing by debug id.' },
      next_cursor: { type: 'string', description: 'Only when another page exists.' },
    },
  }
  return {
    status: 200,
    description: 'Live maps, newest first.',
    schema: {
      type: 'object',
      required: ['data', 'meta'],
      properties: {
        data: { type: 'array', items: anyItem(kinds) },
        meta: { type: 'object', required: ['page'], properties: { page } },
      },
    },
  }
}
