import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { Failure } from '../failure.ts'

/** A throw-away server: another process of this very program. */
export interface DemoServer {
  readonly url: string
  readonly apiKey: string
  readonly applicationKey: string
  /** What the server printed on stdout. */
  readonly said: readonly string[]
  readonly stop: () => Promise<void>
}

/** Milliseconds a server may take to start or to stop. */
const patience = 20_000

/** Starts a server on a free port with its data in the given folder; it is killed when this process ends. */
export async function startDemoServer(mapkeep: string, data: string, environment: NodeJS.ProcessEnv): Promise<DemoServer> {
  const child = spawn(process.execPath, [mapkeep, 'serve', '--port', '0', '--data', data], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()))
  const said = await firstLines(child)
  return {
    url: wordAfter(said, / listening on (\S+)/),
    apiKey: wordAfter(said, /^api key +(\S+)/),
    applicationKey: wordAfter(said, /^application key +(\S+)/),
    said,
    stop: async () => {
      child.kill('SIGTERM')
      const timer = setTimeout(kill, patience)
      await ended
      clearTimeout(timer)
      process.off('exit', kill)
      if (child.exitCode !== 0) throw new Failure('refused', `the server did not stop cleanly (exit code ${child.exitCode})`)
    },
  }
}

function firstLines(child: ChildProcess): Promise<string[]> {
  const said: string[] = []
  let complaints = ''
  child.stderr?.on('data', chunk => {
    complaints = (complaints + chunk).slice(-2000)
  })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure('refused', 'the server did not start in time')), patience)
    child.once('close', () => reject(new Failure('refused', ['the server ended before it was ready', complaints.trim()])))
    createInterface({ input: child.stdout ?? process.stdin }).on('line', line => {
      said.push(line)
      if (!line.startsWith('application key')) return
      clearTimeout(timer)
      resolve(said)
    })
  })
}

function wordAfter(lines: readonly string[], pattern: RegExp): string {
  const word = lines.map(line => pattern.exec(line)?.[1]).find(Boolean)
  if (!word) throw new Failure('refused', ['the server did not say what was expected:', ...lines])
  return word
}
