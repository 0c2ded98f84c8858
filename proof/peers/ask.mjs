import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** A client of one address that keeps its connections; `ask` gives status and bytes. */
export function clientOf(url) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
  const ask = (line, { headers = {}, body } = {}) => {
    const [method, path] = line.split(' ')
    return new Promise((resolve, reject) => {
      const sent = http.request(url + path, { method, agent, headers }, async response => {
        try {
          const chunks = []
          for await (const chunk of response) chunks.push(chunk)
          resolve({ status: response.statusCode, bytes: Buffer.concat(chunks) })
        } catch (error) {
          reject(error)
        }
      })
      sent.on('error', error => {
        // The server has closed a kept connection while we were about to use it again, as servers may after some quiet seconds
        if (['ECONNRESET', 'EPIPE'].includes(error.code) && sent.reusedSocket) ask(line, { headers, body }).then(resolve, reject)
        else reject(error)
      })
      sent.end(body)
    })
  }
  return { ask, close: () => agent.destroy() }
}

/** The bytes of an answer, nothing for 404; anything but success is an error. */
export function bytesOf(what, { status, bytes }) {
  if (status === 404) return undefined
  if (status > 299) throw new Error(`${what} was answered with ${status}: ${bytes.subarray(0, 300)}`)
  return bytes
}

/** Waits until `ready` says yes; gives up when the process ends or after a minute. */
export async function untilReady(child, ready) {
  let failed
  child.once('error', error => (failed = error))
  for (let left = 600; left > 0; left--) {
    if (failed || child.exitCode !== null) break
    if (await ready().catch(() => false)) return
    await sleep(100)
  }
  throw failed ?? new Error(`${child.spawnargs.join(' ')} did not become ready (exit code ${child.exitCode})`)
}
