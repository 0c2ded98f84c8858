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
  return query.map(([name, value]) => (switches.has(name) ? flagOf(name) : `${flagOf(name)} ${quoted(value)}`)).join(' ')
}

/** A selection as the server shows it, by parameter, as the query that made it. */
export function shownSelection(shown: Readonly<Record<string, string | readonly string[]>>): Query {
  return Object.entries(shown).flatMap(([name, values]) => [values].flat().map(value => [name, value] as const))
}

/** A text about query parameters as one about flags. */
export function withFlagNames(text: string): string {
  return text
    .replace(/\b(force|partial|dry_run)=true\b/g, (_, name: string) => flagOf(name))
    .replace(/(?<=--force)&reason=/g, ' --reason ')
    .replace(/filter\[([a-z_]+)\]|\bmapkind\b/g, parameter => flagOf(parameter))
}

/** Parameters that are no filters, and the flags that make them. */
const otherFlags: Readonly<Record<string, string>> = {
  mapkind: '--kind',
  dry_run: '--dry-run',
  plan: '--plan',
  force: '--force',
  partial: '--partial',
  reason: '--reason',
}

/** Parameters whose flags take no value. */
const switches: ReadonlySet<string> = new Set(['dry_run', 'force', 'partial'])

/** The flag that makes a query parameter; other parameters keep their name. */
export function flagOf(parameter: string): string {
  if (Object.hasOwn(otherFlags, parameter)) return otherFlags[parameter] ?? parameter
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
