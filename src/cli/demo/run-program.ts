import { spawn } from 'node:child_process'
import { Failure } from '../failure.ts'

/** A Node program to run. */
export interface Program {
  readonly file: string
  readonly args: readonly string[]
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
}

/** How a program ended. */
export interface Ended {
  readonly exitCode: number
  /** Standard output and standard error as they came. */
  readonly text: string
}

/** Milliseconds after which a step of the demo has failed. */
const patience = 60_000

/** Runs a program to its end and gives all it said. */
export async function runProgram({ file, args, folder, environment }: Program): Promise<Ended> {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience,
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', chunk => chunks.push(chunk))
  child.stderr.on('data', chunk => chunks.push(chunk))
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', error => reject(new Failure('refused', `could not run ${file}: ${error.message}`)))
    child.once('close', code => resolve(code ?? -1))
  })
  return { exitCode, text: Buffer.concat(chunks).toString() }
}
