// Starts the built server as users do and watches it from outside.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../dist/blobs/s3/free-ports.fixture.js'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const keys = { apiKey: 'bench-api-key-0123456789', appKey: 'bench-application-key-0123456789' }

/** A running server on the given data folder, or on other stores by their settings; limits are off, so that the work is measured and not the limit. */
export async function startServer(data, stores = {}) {
  const [metricsPort] = await freePorts(1)
  const env = {
    ...process.env,
    MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey,
    MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey,
    MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off',
    MAPKEEP_LOG_LEVEL: 'warn',
    MAPKEEP_METRICS_PORT: String(metricsPort),
    ...stores,
  }
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', '--data', data], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  // A measurement that fails must not leave a server behind
  const killLeft = () => child.kill('SIGKILL')
  process.once('exit', killLeft)
  child.once('exit', () => process.off('exit', killLeft))
  const url = await new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the server ended with ${code}`)))
    child.stdout.on('data', text => {
      const ready = /listening on (\S+)/.exec(text)
      if (ready) resolve(ready[1])
    })
  })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 })
  return {
    url,
    agent,
    pid: child.pid,
    headers: { 'DD-API-KEY': keys.apiKey, 'DD-APPLICATION-KEY': keys.appKey },
    /** Longest the event loop was late since the last call, in ms; the sampler's own 10 ms are taken off. */
    stall: async () => {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text()
      return Math.max(0, Number(/^\S*eventloop_lag_max_seconds\S* (\S+)/m.exec(text)?.[1] ?? Number.NaN) * 1000 - 10)
    },
    /** Resident memory in MiB. */
    memory: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024,
    stop: () =>
      new Promise(resolve => {
        agent.destroy()
        child.once('exit', resolve)
        child.kill('SIGTERM')
      }),
  }
}

/** Sends a request and gives its status, the time to the first byte of the body and to the end (ms), and the body if wanted. */
export function send(server, { method = 'GET', path, headers = {}, body, keep = false, onData }) {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const request = http.request(
      server.url + path,
      { method, agent: server.agent, headers: { ...server.headers, ...headers } },
      response => {
        let firstByte
        const received = []
        response.on('data', chunk => {
          firstByte ??= performance.now() - start
          if (keep) received.push(chunk)
          onData?.(response)
        })
        response.on('error', reject)
        response.on('end', () => {
          const text = keep ? Buffer.concat(received).toString() : undefined
          resolve({ status: response.statusCode, firstByte, total: performance.now() - start, text })
        })
      },
    )
    request.on('error', reject)
    if (typeof body === 'function') body(request)
    else request.end(body)
  })
}
