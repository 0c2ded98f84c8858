import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'

/** The built program, or another build of it. */
export const main = process.env.MAPKEEP_MAIN ?? path.join(import.meta.dirname, '..', '..', 'dist', 'main.js')

const readyLine = /^mapkeep \S+ listening on (https?:\/\/\S+)$/m
const patience = 60_000

/** Starts the built server and waits for its ready line. `told` is given what it prints, piece by piece; `cwd` is where it stands, `within` a command that runs it. */
export async function startNode({ env, args, told, cwd, within = [] }) {
  const [command, ...rest] = [...within, process.execPath, main, ...args]
  const child = spawn(command, rest, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => told(text, stream === child.stdout))
  child.stdout.on('data', text => (printed += text))
  child.stderr.on('data', text => (printed += text))
  const node = { child, pid: child.pid, url: '', end: signal => endProcess(child, signal) }
  try {
    node.url = await ready(child, () => printed)
  } catch (error) {
    await node.end('SIGKILL')
    throw error
  }
  return node
}

/** Ends a process and gives its exit code, or the signal that ended it. */
export async function endProcess(child, signal) {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode
  const closed = once(child, 'close')
  child.kill(signal)
  const [code, by] = await closed
  return code ?? by
}

function ready(child, printed) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const url = readyLine.exec(printed())?.[1]
      if (url) settle(resolve, url)
    }
    const fail = why => settle(reject, new Error(`the server ${why}:\n${printed()}`))
    const ended = code => fail(`ended with ${code}`)
    const timer = setTimeout(fail, patience, `was not ready within ${patience} ms`)
    const settle = (how, value) => {
      clearTimeout(timer)
      child.stdout.off('data', look)
      child.off('close', ended)
      how(value)
    }
    child.stdout.on('data', look)
    child.once('close', ended)
  })
}
