import type { Schema } from './description.ts'

const count: Schema = { type: 'integer', format: 'int64' }

/** What some maps amount to. */
export const totalsSchema: Schema = {
  type: 'object',
  required: ['count', 'size', 'freed_size', 'shared_size'],
  properties: {
    count,
    size: { ...count, description: 'Sum of the sizes, in bytes.' },
    freed_size: {
      ...count,
      description:
        'Stored bytes that no other map has, so that a purge of these maps frees them. Deleted maps count as others until they are purged.',
    },
    shared_size: { ...count, description: 'The rest of what the maps occupy, in stored bytes.' },
  },
}

/** What a partial undo left. */
export const leftSchema: Schema = {
  type: 'object',
  description: 'How many members an undo left, and why; only of a partial undo that left some.',
  required: ['purged', 'moved_on', 'held'],
  properties: { purged: count, moved_on: { ...count, description: 'A later operation moved them.' }, held: count },
}
