import path from 'node:path'
import { Failure } from '../failure.ts'
import { bold, print, type Terminal } from '../terminal.ts'
import type { Checkout } from './checkout.ts'
import type { DemoServer } from './demo-server.ts'
import { type Ended, runProgram } from './run-program.ts'

/** What the steps of the demo act on and speak through. */
export interface Stage {
  readonly folder: string
  readonly server: DemoServer
  readonly checkout: Checkout
  /** Begins a step. */
  readonly title: (text: string) => void
  /** Says something about what just happened. */
  readonly note: (text: string) => void
  /** Runs a program of Node's, showing the command and what it said. */
  readonly program: (
    shown: string,
    run: { readonly file: string; readonly args: readonly string[]; readonly hide?: RegExp },
  ) => Promise<Ended>
  /** Runs this program's own command line. */
  readonly mapkeep: (...args: string[]) => Promise<Ended>
}

interface StageParts {
  readonly checkout: Checkout
  readonly folder: string
  readonly server: DemoServer
  readonly environment: NodeJS.ProcessEnv
}

/** A stage whose programs know the demo's server and keys, as a user's shell would. */
export function createStage(terminal: Terminal, { checkout, folder, server, environment }: StageParts): Stage {
  const keys = { MAPKEEP_URL: server.url, DD_API_KEY: server.apiKey, DD_APP_KEY: server.applicationKey }
  // An invalid site, so that datadog-ci's own metrics go nowhere
  const uploader = { DATADOG_API_KEY: server.apiKey, DATADOG_SOURCEMAP_INTAKE_URL: server.url, DATADOG_SITE: 'datadog.invalid' }
  const program: Stage['program'] = async (shown, { file, args, hide }) => {
    print(terminal, `$ ${shown}`)
    const ended = await runProgram({ file, args, folder, environment: { ...environment, ...keys, ...uploader, NO_COLOR: '1' } })
    const lines = ended.text
      .trimEnd()
      .split('\n')
      .filter(line => line.trim() !== '' && !hide?.test(line))
    for (const line of lines) print(terminal, `  ${line}`)
    return ended
  }
  return {
    folder,
    server,
    checkout,
    title: text => print(terminal, `\n${bold(terminal, text)}`),
    note: text => print(terminal, `  ${text}`),
    program,
    mapkeep: (...args) => program(['mapkeep', ...args].join(' '), { file: checkout.mapkeep, args }),
  }
}

/** Ends the demo unless a step did what it says. */
export function expect(truth: boolean, claim: string): void {
  if (!truth) throw new Failure('refused', `the demo expected that ${claim}, and that is not so`)
}

/** A file of the bundled application. */
export function bundled(stage: Stage, name: string): string {
  return path.join(stage.folder, 'build', name)
}
