import { type Command, InvalidArgumentError, Option } from 'commander'
import { type Kind, kind, kindNames } from '../domain/kinds.ts'
import { getFile, getMap } from './get.ts'
import { listMaps } from './list.ts'
import { moveMaps, moves } from './move-maps.ts'
import { addSelectionFlags, type SelectionOptions } from './selection-flags.ts'
import type { Terminal } from './terminal.ts'

const usualKind: Kind = 'js'

const environmentHelp = `
Environment:
  MAPKEEP_URL  the server (default http://127.0.0.1:8190)
  DD_API_KEY   an API key
  DD_APP_KEY   an application key of the same organization
  NO_COLOR     no bold text on a terminal

Exit codes: 0 done, 1 the server refused or nothing matched, 2 wrong usage, 3 could not reach the server.`

/** Adds the commands that are plain HTTP clients of a running server. */
export function addClientCommands(program: Command, terminal: Terminal): void {
  addList(program, terminal)
  addGet(program, terminal)
  addMove(program, terminal, 'delete')
  addMove(program, terminal, 'restore')
}

function addList(program: Command, terminal: Terminal): void {
  addSelectionFlags(program.command('list').description('list live maps, newest first'), { fallback: usualKind })
    .addOption(new Option('--limit <number>', 'most maps to show').default(100).argParser(positive))
    .option('--json', "print the server's pages, one line of JSON each: {data: [map…], meta: {page}}")
    .addHelpText('after', `${kindsHelp()}\n${environmentHelp}`)
    .action((options: SelectionOptions) => listMaps(terminal, options, { limit: Number(options.limit), json: options.json === true }))
}

function addGet(program: Command, terminal: Terminal): void {
  program
    .command('get')
    .description('show one map, live or deleted, or download one of its files')
    .argument('<id>', 'id of the map', positive)
    .option('--part <name>', `file to download as it was uploaded: ${[...new Set(kindNames.flatMap(name => kind(name).parts))].join(', ')}`)
    .addOption(new Option('--output <file>', 'where to write the file; - is stdout').default('-'))
    .option('--json', "print the server's answer")
    .addHelpText('after', environmentHelp)
    .action((id: number, { part, output, json }: { part?: string; output: string; json?: true }) =>
      part ? getFile(terminal, id, { part, target: output }) : getMap(terminal, id, { json: json === true }),
    )
}

function addMove(program: Command, terminal: Terminal, name: 'delete' | 'restore'): void {
  const description = {
    delete: 'delete the maps that match, after a preview',
    restore: 'bring back deleted maps that match, after a preview',
  }
  addSelectionFlags(program.command(name).description(description[name]), 'required')
    .option('--yes', 'go ahead without asking')
    .option('--dry-run', 'stop after the preview')
    .option('--json', "print the server's answer: {data: [map…], meta: {dry_run, totals, …}}")
    .addHelpText('after', `${kindsHelp()}\n${environmentHelp}`)
    .action((options: SelectionOptions) => {
      const wish = { yes: options.yes === true, dryRun: options.dryRun === true, json: options.json === true }
      return moveMaps(terminal, moves[name], { options, wish })
    })
}

function kindsHelp(): string {
  const width = Math.max(...kindNames.map(name => name.length))
  const lines = kindNames.map(name => {
    const { title, required, instead } = kind(name)
    const needs = required.map(each => `--${each.replaceAll('_', '-')}`).join(' and ')
    const unless = instead ? `, or --${instead.replaceAll('_', '-')}` : ''
    return `  ${name.padEnd(width)}  ${title}${needs ? ` (needs ${needs}${unless})` : ''}`
  })
  return ['', 'Kinds:', ...lines].join('\n')
}

function positive(text: string): number {
  const value = Number(text)
  if (!/^[1-9]\d{0,15}$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('A whole number above 0 is needed.')
  return value
}
