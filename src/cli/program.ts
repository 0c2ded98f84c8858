import { Command, CommanderError, Help, type Option } from 'commander'
import { SettingsFault } from '../config/read-settings.ts'
import { Problem } from '../domain/problem.ts'
import { addClientCommands } from './client-commands.ts'
import { runDemo } from './demo/run-demo.ts'
import { exitCodes, Failure } from './failure.ts'
import { addLocalCommands, type LocalWork } from './local-commands.ts'
import { BrokenAnswer } from './split-answer.ts'
import { coloured, print, type Terminal } from './terminal.ts'

/** Runs one command line (without the program's own name) to its end and gives the exit code. */
export async function run(
  args: readonly string[],
  terminal: Terminal,
  { work, version }: { work: LocalWork; version: string },
): Promise<number> {
  try {
    await createProgram(terminal, work, version).parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    return explain(terminal, error)
  }
}

/** The whole command line with all its commands and help texts. */
export function createProgram(terminal: Terminal, work: LocalWork, version: string): Command {
  const program = new Command('mapkeep')
    .description("A self-hosted store for source maps and debug symbols that speaks Datadog's source-map API")
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show help')
    .helpCommand(false)
    // So that --version means the program's only before a command; list and delete have a filter of that name
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({ writeOut: text => terminal.output.write(text), writeErr: text => terminal.errors.write(text) })
    .showHelpAfterError('(add --help to see what is possible)')
  addLocalCommands(program, terminal, work)
  addClientCommands(program, terminal)
  program
    .command('demo')
    .description('bundle, upload, list, delete and bring back a small application on a throw-away server')
    .action(() => runDemo(terminal))
  return program
}

function explain(terminal: Terminal, error: unknown): number {
  // Commander has said on its own what it had to say
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  const { exitCode, lines } = toFailure(error)
  const name = coloured(terminal, { text: 'mapkeep:', colour: 'red', stream: 'errors' })
  for (const line of lines) print(terminal, `${name} ${line}`, 'errors')
  return exitCode
}

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof SettingsFault) return new Failure('usage', error.lines)
  if (error instanceof BrokenAnswer) return new Failure('unreachable', 'the answer of the server broke off')
  if (error instanceof Problem)
    return new Failure(
      'refused',
      error.reasons.map(reason => reason.detail),
    )
  return new Failure('refused', (error as Error).message ?? String(error))
}

function describeOption(option: Option): string {
  const text = new Help().optionDescription(option)
  return option.mandatory ? `${text} (required)` : text
}
