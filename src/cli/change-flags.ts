import type { Command } from 'commander'
import type { Query } from '../domain/selection.ts'
import { Failure } from './failure.ts'
import { canAsk, type Terminal } from './terminal.ts'

/** On what terms maps are changed. */
export interface ChangeWish {
  /** Go ahead without asking. */
  readonly yes: boolean
  /** Print the server's answer instead of words. */
  readonly json: boolean
  readonly reason: string | undefined
  /** Beyond the server's limit. */
  readonly force: boolean
}

/** Adds the flags that every change of maps takes. */
export function addChangeFlags(command: Command): Command {
  return command.option('--yes', 'go ahead without asking').option('--reason <text>', 'why; kept with the operation')
}

/** Adds the flag for changes that may delete. */
export function addForceFlag(command: Command): Command {
  return command.option('--force', 'delete more maps than the server allows at once; needs --reason')
}

/** What commander made of these flags. */
export function changeWish(options: Readonly<Record<string, unknown>>): ChangeWish {
  const reason = options.reason as string | undefined
  const force = options.force === true
  if (reason?.trim() === '') throw new Failure('usage', '--reason must not be empty')
  if (force && reason === undefined) throw new Failure('usage', '--force needs --reason')
  return { yes: options.yes === true, json: options.json === true, reason, force }
}

/** The terms as query parameters. */
export function termsQuery({ reason, force }: ChangeWish): Query {
  return [...(force ? [['force', 'true'] as const] : []), ...(reason === undefined ? [] : [['reason', reason] as const])]
}

/** Refuses, before anything is sent, a change that nobody can be asked about. */
export function refuseSilence(terminal: Terminal, hint: string): void {
  if (!canAsk(terminal)) throw new Failure('usage', `nobody can be asked, because this is no terminal; ${hint}`)
}
