import { usageGroups } from '../domain/usage-groups.ts'
import type { AnswerDescription, Parameter, Schema } from './description.ts'
import { resource } from './item-schema.ts'
import { text } from './scalar-schemas.ts'

/** By what the answer is grouped. */
export const byParameter: Parameter = {
  name: 'by',
  in: 'query',
  required: false,
  description: `By what to group: one or several of ${usageGroups.join(', ')}, with commas between them.`,
  schema: { type: 'string', pattern: `^(${usageGroups.join('|')})(,(${usageGroups.join('|')}))*$`, default: 'service' },
  example: 'service,version',
}

const figures: Readonly<Record<string, string>> = {
  maps: 'Live maps.',
  size: 'Bytes of live maps as they were uploaded.',
  stored_size:
    'Bytes on disk of live and deleted maps. What several maps share is charged to them in equal parts, the odd bytes to the oldest.',
  deleted_maps: 'Deleted maps that are not purged yet.',
  waiting_size: 'The part of stored_size that is charged to deleted maps.',
  growth_per_day:
    'Bytes stored a day: stored_size of the maps uploaded within the last seven days, divided by seven, or by the age of the first upload in days when that is less, but at least by one. Rounded to whole bytes; in the totals after summing.',
}

const sums = Object.fromEntries(
  Object.entries(figures).map(([name, description]) => [name, { type: 'integer', format: 'int64', description }]),
)
const required = Object.keys(figures)

const uploader: Schema = {
  type: 'object',
  description: 'The key that uploaded the maps; its id stands for the name when that is not known.',
  required: ['id', 'name'],
  properties: { id: text, name: text },
}

const attributes: Schema = {
  type: 'object',
  required,
  properties: { service: text, version: text, mapkind: text, uploader, ...sums },
}

const exampleSums = { maps: 12, size: 48211, stored_size: 9120, deleted_maps: 3, waiting_size: 2304, growth_per_day: 1303 }

/** What maps take, group by group and in all. */
export const usageAnswer: AnswerDescription = {
  status: 200,
  description: 'Every group there is, the one that stores most first; a group has no attribute that its maps do not have.',
  schema: {
    type: 'object',
    required: ['data', 'meta'],
    properties: {
      data: { type: 'array', items: resource({ type: 'usage', attributes }) },
      meta: {
        type: 'object',
        required: ['totals'],
        properties: { totals: { type: 'object', required, properties: sums } },
      },
    },
  },
  example: {
    meta: { totals: exampleSums },
    data: [{ id: 'service=shop&version=1.4.2', type: 'usage', attributes: { service: 'shop', version: '1.4.2', ...exampleSums } }],
  },
}
