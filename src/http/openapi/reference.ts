import type { Schema } from '../description.ts'

/** A reference to a component of the document. */
export function reference(section: 'schemas' | 'responses' | 'headers', name: string): Schema {
  return { $ref: `#/components/${section}/${name}` }
}
