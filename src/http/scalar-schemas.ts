import type { Schema } from './description.ts'

/** Any text. */
export const text: Schema = { type: 'string' }

/** A moment in ISO 8601. */
export const time: Schema = { type: 'string', format: 'date-time' }
