import { type FieldName, fieldNames } from '../domain/fields.ts'
import { type Kind, kind } from '../domain/kinds.ts'
import type { SourceMap } from '../domain/source-map.ts'
import type { TracedMap } from '../operations/ports/passage-catalog.ts'
import type { SourceMapTable } from './schema.ts'

/** The columns that a kind's items show, beside its attributes. */
const always = ['id', 'kind', 'size', 'created_at', 'state_version'] as const

type ShownRow = Pick<SourceMapTable, (typeof always)[number]> & Partial<Pick<SourceMapTable, FieldName>>

/** The columns to be read for maps of one kind. */
export function shownColumns(name: Kind): readonly ((typeof always)[number] | FieldName)[] {
  return [...always, ...kind(name).attributes]
}

/** The columns to be read when the kind is not known. */
export const allShownColumns = [...always, ...fieldNames] as const

/** A row as a map; empty columns are left out. */
export function toMap(row: ShownRow): TracedMap {
  const attributes: Partial<Record<FieldName, string>> = {}
  for (const name of kind(row.kind).attributes) {
    const value = row[name]
    if (value !== null && value !== undefined) attributes[name] = value
  }
  return { id: row.id, kind: row.kind, size: row.size, createdAt: row.created_at, stateVersion: row.state_version, attributes }
}

/** The same without what callers of look-ups have no use for. */
export function toPlainMap(row: ShownRow): SourceMap {
  const { stateVersion: _, ...map } = toMap(row)
  return map
}
