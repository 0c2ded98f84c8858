// Looks at the server from outside, as an operator would.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { storedCopies } from '../../test/wire/stored-files.mjs'

/** Most samples in memory: seconds between them grow with the run. */
const mostSamples = 600

/**
 * Samples until `signal`: resident memory of all processes in MiB, open handles, stored bytes of blobs and of an embedded catalog in MB, and the
 * longest lag of an event loop since the sample before in ms, each with `at`, seconds since the start.
 */
export async function watch(server, { token, seconds, signal, told }) {
  const samples = []
  const start = performance.now()
  const pause = Math.max(1, seconds / mostSamples)
  while (!signal.aborted) {
    const sample = await look(server, token)
    samples.push({ at: (performance.now() - start) / 1000, ...sample })
    if (samples.length % 10 === 0) told(samples.at(-1))
    await sleep(pause * 1000, undefined, { signal }).catch(() => {})
  }
  return samples
}

async function look(server, token) {
  const sum = figure => server.nodes.reduce((all, { pid }) => all + figure(pid), 0)
  const lags = await Promise.all(server.nodes.map(({ url }) => lagOf(url, token)))
  const blobs = (await storedCopies(server)).reduce((all, { size }) => all + size, 0)
  return {
    memory: sum(memoryOf),
    handles: handlesOf(server),
    lag: Math.max(...lags),
    blobs: blobs / 1e6,
    catalog: catalogBytes(server) / 1e6,
  }
}

const memoryOf = pid => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

/** Open handles of all processes. */
export function handlesOf({ nodes }) {
  return nodes.reduce((all, { pid }) => all + readdirSync(`/proc/${pid}/fd`).length, 0)
}

async function lagOf(url, token) {
  const text = await (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } })).text()
  return Number(/^\S*eventloop_lag_max_seconds\S* (\S+)/m.exec(text)?.[1] ?? Number.NaN) * 1000
}

function catalogBytes({ data, shared }) {
  if (shared) return 0
  return ['catalog.db', 'catalog.db-wal'].reduce(
    (sum, name) => sum + (statSync(path.join(data, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

/** How much a figure rises over the second half of the samples, by the line of least squares, as a part of its mean there. */
export function riseOf(samples, name) {
  const half = samples.slice(Math.floor(samples.length / 2))
  const mean = pick => half.reduce((sum, sample) => sum + pick(sample), 0) / half.length
  const [at, value] = [mean(each => each.at), mean(each => each[name])]
  const slope = mean(each => (each.at - at) * (each[name] - value)) / mean(each => (each.at - at) ** 2)
  return { mean: value, rise: (slope * (half.at(-1).at - half[0].at)) / value }
}
