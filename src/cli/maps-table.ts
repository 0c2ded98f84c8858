import type { Item } from '../domain/source-map.ts'
import { ageText, sizeText } from './quantities.ts'
import { type Column, tableLines } from './table.ts'

/** The lines of a table of maps, for people. `now`: milliseconds since 1970. */
export function mapsTable(items: readonly Item[], now: number): string[] {
  return tableLines(columns(now), items)
}

function columns(now: number): Column<Item>[] {
  const text = (item: Item, name: string) => String(item.attributes[name] ?? '')
  return [
    { title: 'ID', cell: item => item.id, align: 'right' },
    { title: 'KIND', cell: item => text(item, 'mapkind') },
    { title: 'SERVICE', cell: item => text(item, 'service') },
    { title: 'VERSION', cell: item => text(item, 'version') },
    { title: 'FILE OR ID', cell: fileOrId },
    { title: 'SIZE', cell: item => sizeText(Number(item.attributes.size)), align: 'right' },
    { title: 'AGE', cell: item => ageText(now - Date.parse(text(item, 'created_at'))), align: 'right' },
  ]
}

/** What tells maps of one release apart at a glance: where it lies, else what it is called, else its id. */
function fileOrId({ attributes }: Item): string {
  const { absolute_path, file_name, bundle_name, uuids, gnu_build_id, go_build_id, file_hash, debug_id, build_id, variant, arch } =
    attributes
  const name = absolute_path ?? file_name ?? bundle_name
  const id = uuids ?? gnu_build_id ?? go_build_id ?? file_hash ?? debug_id ?? build_id ?? variant
  return [name ?? id, arch].filter(part => part !== undefined).join(' ')
}
