import { type Command, InvalidArgumentError, Option } from 'commander'
import { durationSyntax, parseDuration } from '../config/duration.ts'
import { auditActionNames, auditActions } from '../domain/audit-actions.ts'
import type { Query } from '../domain/selection.ts'
import { eventsTable, type ShownEvent } from './audit-table.ts'
import { openClient } from './client.ts'
import { environmentHelp, positive } from './client-help.ts'
import { Failure } from './failure.ts'
import { firstRows } from './pages.ts'
import { print, printTable, type Terminal, write } from './terminal.ts'

const path = 'api/mapkeep/v1/audit'

interface Wish {
  readonly action?: readonly string[]
  readonly actor?: string
  readonly subject?: string
  readonly since?: string
  readonly until?: string
  readonly limit: number
  /** The pages as the server answered, one line of JSON each. */
  readonly json?: true
  /** Everything that matches, one event on each line. */
  readonly jsonl?: true
}

/** Adds `mapkeep audit`. */
export function addAudit(program: Command, terminal: Terminal): void {
  const when = (text: string) => moment(text, terminal.clock())
  program
    .command('audit')
    .description('show who did what, when and from where, newest first')
    .addOption(new Option('--action <action>', 'only these actions, repeatable').choices(auditActionNames).argParser(collect))
    .option('--actor <key>', 'only what this key did, by its id; also "command line" or mapkeep')
    .option('--subject <id>', 'only what was done to this map, operation, key or hold')
    .addOption(new Option('--since <time>', 'not before this time').argParser(when))
    .addOption(new Option('--until <time>', 'before this time').argParser(when))
    .addOption(new Option('--limit <number>', 'most events to show').default(100).argParser(positive))
    .option('--json', "print the server's pages, one line of JSON each: {data: [event…], meta: {page}}")
    .addOption(new Option('--jsonl', 'print everything that matches, one event on each line').conflicts('json'))
    .addHelpText('after', `${actionsHelp()}\n\nA time is ${timeSyntax}.\n${environmentHelp}`)
    .action((wish: Wish) => (wish.jsonl ? exportTrail(terminal, wish) : showTrail(terminal, wish)))
}

const timeSyntax = `one such as 2026-01-31T08:00:00Z, or how long ago: ${durationSyntax}`

async function showTrail(terminal: Terminal, wish: Wish): Promise<void> {
  const call = { path, query: filters(wish), limit: wish.limit }
  const { rows, more } = await firstRows<ShownEvent>(openClient(terminal.environment), call, page => {
    if (wish.json) print(terminal, JSON.stringify(page))
  })
  if (rows.length === 0) throw new Failure('refused', 'nothing matches')
  if (wish.json) return
  printTable(terminal, eventsTable(rows))
  if (more) print(terminal, `the newest ${rows.length === 1 ? 'event' : `${rows.length} events`}; there are more (--limit)`, 'errors')
}

async function exportTrail(terminal: Terminal, wish: Wish): Promise<void> {
  const query: Query = [...filters(wish), ['format', 'jsonl']]
  for await (const chunk of await openClient(terminal.environment)({ method: 'GET', path, query })) await write(terminal.output, chunk)
}

function filters({ action = [], actor, subject, since, until }: Wish): Query {
  const single = Object.entries({ actor, subject, since, until })
  return [
    ...action.map(each => ['filter[action]', each] as const),
    ...single.flatMap(([name, value]) => (value === undefined ? [] : [[`filter[${name}]`, value] as const])),
  ]
}

function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  if (!Object.hasOwn(auditActions, value)) throw new InvalidArgumentError(`Allowed are ${auditActionNames.join(', ')}.`)
  return [...(previous ?? []), value]
}

/** A time as the server takes it; the server looks at it closer. */
function moment(text: string, now: number): string {
  if (/^\d{4}-\d\d-\d\dT\S+$/.test(text)) return text
  try {
    return new Date(now - parseDuration(text)).toISOString()
  } catch {
    throw new InvalidArgumentError(`Allowed is ${timeSyntax}.`)
  }
}

function actionsHelp(): string {
  const width = Math.max(...auditActionNames.map(name => name.length))
  return ['', 'Actions:', ...auditActionNames.map(name => `  ${name.padEnd(width)}  ${auditActions[name]}`)].join('\n')
}
