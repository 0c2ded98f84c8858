import { type Command, Option } from 'commander'
import { type FilterName, filter, filterNames, filterParameter } from '../domain/filters.ts'
import { type Kind, kind, kindNames } from '../domain/kinds.ts'
import type { Query } from '../domain/selection.ts'

/** What commander makes of the selection flags. */
export type SelectionOptions = Readonly<Record<string, unknown>>

/** Adds one flag per filter and `--kind`, all from the tables of kinds and filters. */
export function addSelectionFlags(command: Command, kindNeed: 'required' | { readonly fallback: Kind }): Command {
  const kindFlag = new Option('--kind <kind>', 'kind of map').choices(kindNames)
  command.addOption(kindNeed === 'required' ? kindFlag.makeOptionMandatory() : kindFlag.default(kindNeed.fallback))
  for (const name of filterNames) command.addOption(new Option(`${flag(name)} <${filter(name).field}>`, meaning(name)).argParser(collect))
  return command
}

/** The selection of the flags as query parameters. */
export function selectionQuery(options: SelectionOptions): Query {
  const filters = filterNames.flatMap(name => {
    const values = (options[new Option(flag(name)).attributeName()] ?? []) as readonly string[]
    return values.map(value => [filterParameter(name), value] as const)
  })
  return [['mapkind', String(options.kind)], ...filters]
}

/** Query parameters as the flags that make them, for a command line that can be pasted into a shell. */
export function asFlags(query: Query): string {
  return query.map(([name, value]) => `${flagOf(name)} ${quoted(value)}`).join(' ')
}

/** A text about query parameters as one about flags. */
export function withFlagNames(text: string): string {
  return text.replace(/filter\[([a-z_]+)\]|\bmapkind\b/g, parameter => flagOf(parameter))
}

/** The flag that makes a query parameter; other parameters keep their name. */
export function flagOf(parameter: string): string {
  if (parameter === 'mapkind') return '--kind'
  const name = filterNames.find(each => filterParameter(each) === parameter)
  return name ? flag(name) : parameter
}

function flag(name: FilterName): string {
  return `--${name.replaceAll('_', '-')}`
}

function meaning(name: FilterName): string {
  const { title, many } = filter(name)
  const users = kindNames.filter(each => kind(each).filters.includes(name))
  return `${title}${many ? ', repeatable' : ''} (${users.length === kindNames.length ? 'all kinds' : users.join(', ')})`
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value]
}

function quoted(value: string): string {
  return /^[\w./:@%+,=-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}
