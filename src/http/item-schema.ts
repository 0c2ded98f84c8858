import type { Schema } from './description.ts'

/** A JSON:API resource of one type. */
export function resource({ type, attributes }: { type: string; attributes: Schema }): Schema {
  const properties = { id: { type: 'string' }, type: { type: 'string', enum: [type] }, attributes }
  return { type: 'object', required: ['id', 'type', 'attributes'], properties }
}

/** A document around one resource. */
export function document(data: Schema): Schema {
  return { type: 'object', required: ['data'], properties: { data } }
}
