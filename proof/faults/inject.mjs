// Makes the system calls of a running process fail, by strace, which neither the process nor the file system knows of.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { readTrace } from '../shared/trace.mjs'

/**
 * From now on calls of these names end with the error, as `when` says in strace's words, which counts each thread for itself; with `only`
 * none but those on that path. Resolves once every thread is held; `end` lets the process go and gives the calls that were made to fail.
 */
export async function inject({ pid, folder, calls, error, when, only }) {
  const log = path.join(folder, 'injected')
  const spec = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}:when=${when}`, ...(only ? ['-P', only] : [])]
  const strace = spawn('strace', ['-f', '-y', '-s', '64', '-o', log, ...spec, '-p', String(pid)], { stdio: ['ignore', 'ignore', 'pipe'] })
  const closed = once(strace, 'close')
  let said = ''
  await new Promise((resolve, reject) => {
    strace.stderr.setEncoding('utf8').on('data', text => {
      said += text
      if (/attached/.test(said)) resolve()
    })
    strace.once('close', () => reject(new Error(`strace cannot hold the server: ${said}`)))
  })
  return {
    async end() {
      strace.kill('SIGINT')
      await closed
      return readTrace(log).filter(call => call.injected)
    },
  }
}

/** The same for a command, from its beginning. Resolves with its exit code, what it printed and the calls that were made to fail. */
export async function runInjected(command, { env, folder, calls, error, when }) {
  const log = path.join(folder, 'injected')
  const spec = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}:when=${when}`]
  const child = spawn('strace', ['-f', '-y', '-s', '64', '-o', log, ...spec, ...command], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  const [code] = await once(child, 'close')
  return { code, output, hits: readTrace(log).filter(call => call.injected) }
}
