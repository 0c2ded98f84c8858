import { type FieldName, field } from '../../domain/fields.ts'
import { type Kind, kind, kindNames } from '../../domain/kinds.ts'
import type { Schema } from '../description.ts'
import { exampleItem } from './example-item.ts'
import { reference } from './reference.ts'

/** Attributes that the server adds to items of a kind, beside those every item has. */
const added: { readonly [name in Kind]?: Schema } = {
  js: {
    blob_storage_sourcemap_path: { type: 'string', description: 'where the map’s file can be downloaded, relative to the server’s URL' },
  },
}

/** The component schemas of the items: one per kind, named by {@link itemSchemaName}. */
export function itemSchemas(): Schema {
  return Object.fromEntries(kindNames.map(name => [itemSchemaName(name), itemSchema(name)]))
}

/** The component name of a kind's item. */
export function itemSchemaName(name: Kind): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}Sourcemap`
}

/** A schema for an item of any of these kinds. `mapkind` tells them apart, so that exactly one of them matches. */
export function anyItem(kinds: readonly Kind[]): Schema {
  return { oneOf: kinds.map(name => reference('schemas', itemSchemaName(name))) }
}

function itemSchema(name: Kind): Schema {
  return {
    type: 'object',
    title: kind(name).title,
    required: ['id', 'type', 'attributes'],
    properties: {
      id: { type: 'string', pattern: '^[0-9]+$', description: 'source map id; it never changes and is never given to another map' },
      type: { const: 'sourcemaps' },
      attributes: attributesSchema(name),
    },
    examples: [exampleItem(name)],
  }
}

function attributesSchema(name: Kind): Schema {
  return {
    type: 'object',
    description: 'What is not known of a map is left out.',
    required: ['created_at', 'mapkind', 'size'],
    properties: {
      ...Object.fromEntries(kind(name).attributes.map(attribute => [attribute, attributeSchema(attribute)])),
      ...added[name],
      created_at: { type: 'string', format: 'date-time', description: 'when the upload was stored, in UTC' },
      mapkind: { const: name },
      size: { type: 'integer', format: 'int64', minimum: 0, description: 'bytes of the map or symbol file as uploaded' },
    },
  }
}

function attributeSchema(attribute: FieldName): Schema {
  const { title, members } = field(attribute)
  return { type: 'string', description: members ? `${title}, joined by commas` : title }
}
