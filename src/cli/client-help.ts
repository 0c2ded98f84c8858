import { InvalidArgumentError } from 'commander'
import { kind, kindNames } from '../domain/kinds.ts'

/** What every command that asks a server says at the end of its help. */
export const environmentHelp = `
Environment:
  MAPKEEP_URL  the server (default http://127.0.0.1:8190)
  DD_API_KEY   an API key
  DD_APP_KEY   an application key of the same organization
  NO_COLOR     neither colours nor bold text on a terminal

Exit codes: 0 done, 1 the server refused or nothing matched, 2 wrong usage, 3 could not reach the server.`

/** Which kinds there are and which flags each needs, for the help of commands that take a selection. */
export function kindsHelp(): string {
  const width = Math.max(...kindNames.map(name => name.length))
  const lines = kindNames.map(name => {
    const { title, required, instead } = kind(name)
    const needs = required.map(each => `--${each.replaceAll('_', '-')}`).join(' and ')
    const unless = instead ? `, or --${instead.replaceAll('_', '-')}` : ''
    return `  ${name.padEnd(width)}  ${title}${needs ? ` (needs ${needs}${unless})` : ''}`
  })
  return ['', 'Kinds:', ...lines].join('\n')
}

/** The number of a flag or argument that must be a whole one above 0. */
export function positive(text: string): number {
  const value = Number(text)
  if (!/^[1-9]\d{0,15}$/.test(text) || !Number.isSafeInteger(value)) throw new InvalidArgumentError('A whole number above 0 is needed.')
  return value
}
