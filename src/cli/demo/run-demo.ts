import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { print, type Terminal } from '../terminal.ts'
import { findCheckout } from './checkout.ts'
import { startDemoServer } from './demo-server.ts'
import { createStage } from './stage.ts'
import { demoSteps } from './steps.ts'

/** Plays the whole story on a throw-away server and throws a Failure as soon as a step does not do what it says. */
export async function runDemo(terminal: Terminal): Promise<void> {
  const started = terminal.clock()
  const checkout = findCheckout()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-demo-'))
  const remove = () => fs.rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  const stopAt = (signal: NodeJS.Signals) => process.exit(signal === 'SIGINT' ? 130 : 143)
  process.once('SIGINT', stopAt).once('SIGTERM', stopAt)
  const server = await startDemoServer(checkout.mapkeep, path.join(folder, 'data'), cleanEnvironment(terminal.environment))
  try {
    const stage = createStage(terminal, { checkout, folder, server, environment: cleanEnvironment(terminal.environment) })
    print(terminal, `$ mapkeep serve --port 0 --data ${path.join(folder, 'data')}`)
    for (const line of server.said) print(terminal, `  ${line}`)
    for (const step of demoSteps) await step(stage)
  } finally {
    await server.stop()
    remove()
    process.off('exit', remove)
  }
  print(terminal, `\nEvery step did what it says, in ${Math.round((terminal.clock() - started) / 1000)} s. Nothing is left behind.`)
}

/** Without settings and keys of other installations, which have no business in a throw-away one. */
function cleanEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^(MAPKEEP_|DD_|DATADOG_)/i.test(name)))
}
