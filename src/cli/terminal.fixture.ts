import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { clientOf, shellCommand } from './mapkeep.fixture.ts'

/** Options of a test that needs script(1), which gives a program a terminal. */
export const needsTerminal = { skip: hasScript() ? false : 'needs script(1) for a terminal' }

/** What happens at a terminal. */
export interface Scene {
  readonly args: readonly string[]
  /** Typed when something is asked. */
  readonly answer: string
  /** Happens between question and answer. */
  readonly meanwhile?: () => Promise<unknown>
  readonly environment?: NodeJS.ProcessEnv
}

/** Runs a command on a terminal and gives all that was shown. */
export async function onTerminal(
  server: { readonly url: string },
  { args, answer, meanwhile = async () => undefined, environment }: Scene,
): Promise<string> {
  const settings = { ...process.env, ...clientOf(server), ...(environment ?? { NO_COLOR: '1' }) }
  const child = spawn('script', ['-qec', shellCommand(args), '/dev/null'], { env: settings })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    const asked = shown.includes('[y/N]')
    shown += text
    if (!asked && shown.includes('[y/N]')) void meanwhile().then(() => child.stdin.write(`${answer}\n`))
  })
  await once(child, 'close')
  return shown
}

function hasScript(): boolean {
  return process.platform === 'linux' && spawnSync('script', ['--version']).status === 0
}
