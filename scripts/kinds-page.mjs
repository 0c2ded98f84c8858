import { fields } from '../dist/domain/fields.js'
import { filters } from '../dist/domain/filters.js'
import { kind, kindNames, wireKinds } from '../dist/domain/kinds.js'

const code = text => `\`${text}\``

const codes = names => names.map(code).join(', ') || '–'

const row = cells => `| ${cells.join(' | ')} |`

const table = (head, rows) => [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')

const needs = entry => entry.needs.map(list => (list.length > 0 ? list.map(code).join(' + ') : 'the part')).join(', or ')

const parts = entry => entry.parts.map(part => code(part) + (entry.optionalParts?.includes(part) ? ' (optional)' : '')).join(', ')

const uploads = () =>
  table(
    ['kind', 'what it is', '`event.type`', 'file parts', 'the event must tell', 'known to Datadog’s API'],
    kindNames.map(name => {
      const entry = kind(name)
      return [code(name), entry.title, code(entry.eventType), parts(entry), needs(entry), entry.wire ? 'yes' : 'no']
    }),
  )

const selections = () => {
  const mark = (name, filter) => {
    const entry = kind(name)
    if (entry.required.includes(filter)) return '**required**'
    if (entry.instead === filter) return 'instead'
    return entry.filters.includes(filter) ? 'yes' : '–'
  }
  const rows = Object.entries(filters).map(([name, { many }]) => [
    code(`filter[${name}]`),
    many ? 'many' : 'one',
    ...kindNames.map(each => mark(each, name)),
  ])
  return table(['filter', 'values', ...kindNames.map(code)], rows)
}

const attributes = () =>
  table(
    ['kind', 'attributes, beside `created_at`, `mapkind` and `size`'],
    wireKinds.map(name => [code(name), codes(kind(name).attributes)]),
  )

const meanings = () =>
  table(
    ['attribute', 'meaning', 'compared'],
    Object.entries(fields).map(([name, entry]) => [
      code(name),
      entry.title,
      entry.caseless ? 'without regard to case where the value is hex digits or a dashed UUID' : 'exactly',
    ]),
  )

/** The page of kinds, filters and attributes, all from the tables in src/domain. */
export const kindsPage = () => `# Kinds, filters, attributes

Generated from \`src/domain\` by \`npm run generate\`; do not edit.

## What an upload of each kind is

${uploads()}

## Which filters select maps of a kind

*required*: a deletion, restoration or list of this kind is refused without it. *instead*: where it is given, the required ones may
be left out. Filters that take many values match any of them; different filters must all match.

${selections()}

A deletion or restoration needs at least one filter for every kind.

## Which attributes an item shows

Datadog’s eight kinds. What is not known of a map is left out.

${attributes()}

A js item also shows \`blob_storage_sourcemap_path\`, the path under which mapkeep serves the map.

## What the attributes mean

${meanings()}
`
