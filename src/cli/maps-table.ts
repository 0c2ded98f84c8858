import type { Item } from '../domain/source-map.ts'
import { ageText, sizeText, timeText } from './quantities.ts'
import { type Column, tableLines } from './table.ts'

/** Attributes that some answers show beside those of the kind. */
type Extra = 'state' | 'deleted_at' | 'undo_until' | 'operation'

/** The lines of a table of maps, for people, with further columns at the end. `now`: milliseconds since 1970. */
export function mapsTable(items: readonly Item[], now: number, extras: readonly Extra[] = []): string[] {
  const further: Readonly<Record<Extra, Column<Item>>> = {
    state: { title: 'STATE', cell: item => text(item, 'state') },
    deleted_at: { title: 'DELETED', cell: item => age(item, 'deleted_at', now), align: 'right' },
    undo_until: { title: 'UNDO UNTIL', cell: item => time(item, 'undo_until') },
    operation: { title: 'OPERATION', cell: item => text(item, 'operation') },
  }
  return tableLines([...columns(now), ...extras.map(name => further[name])], items)
}

function columns(now: number): Column<Item>[] {
  return [
    { title: 'ID', cell: item => item.id, align: 'right' },
    { title: 'KIND', cell: item => text(item, 'mapkind') },
    { title: 'SERVICE', cell: item => text(item, 'service') },
    { title: 'VERSION', cell: item => text(item, 'version') },
    { title: 'FILE OR ID', cell: fileOrId },
    { title: 'SIZE', cell: item => sizeText(Number(item.attributes.size)), align: 'right' },
    { title: 'AGE', cell: item => age(item, 'created_at', now), align: 'right' },
  ]
}

function text({ attributes }: Item, name: string): string {
  return String(attributes[name] ?? '')
}

function age(item: Item, name: string, now: number): string {
  const since = Date.parse(text(item, name))
  return Number.isNaN(since) ? '' : ageText(now - since)
}

function time(item: Item, name: string): string {
  const value = text(item, name)
  return value && timeText(value)
}

/** What tells maps of one release apart at a glance: where it lies, else what it is called, else its id. */
function fileOrId({ attributes }: Item): string {
  const { absolute_path, file_name, bundle_name, uuids, gnu_build_id, go_build_id, file_hash, debug_id, build_id, variant, arch } =
    attributes
  const name = absolute_path ?? file_name ?? bundle_name
  const id = uuids ?? gnu_build_id ?? go_build_id ?? file_hash ?? debug_id ?? build_id ?? variant
  return [name ?? id, arch].filter(part => part !== undefined).join(' ')
}
