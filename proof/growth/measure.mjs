// What a request costs, by the clock and by the processors' own account.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { keyHeaders } from '../../test/wire/api.mjs'
import { cpuOf } from '../shared/cpu.mjs'
import { requests } from './requests.mjs'

/**
 * The cost of each request in ms, `wall` and `cpu`: what `pick` makes of so many measurements, each the mean of a batch. Requests take turns, so that a
 * slow minute of the machine meets all of them, and releases take turns, so that no one is all in memory.
 */
export async function measureAll(installation, { probes, rounds, batch, pick }) {
  const agent = new http.Agent({ keepAlive: true })
  const { url, keys } = installation.server
  const server = { url, agent, headers: keyHeaders(keys) }
  const taken = Object.fromEntries(Object.keys(requests).map(name => [name, []]))
  let turn = 0
  const probe = () => probes[turn++ % probes.length]
  try {
    for (const each of probes) for (const { prepare } of Object.values(requests)) await prepare?.(server, each)
    for (let round = -1; round < rounds; round++) {
      for (const [name, { ask, heavy }] of Object.entries(requests)) {
        if (heavy && round > 1) continue
        const cost = await costOf(installation, { ask: () => ask(server, probe(), turn), count: heavy ? 1 : batch })
        // The first round is to warm up
        if (round >= 0) taken[name].push(cost)
      }
    }
  } finally {
    agent.destroy()
  }
  return Object.fromEntries(
    Object.entries(taken).map(([name, costs]) => [
      name,
      { wall: pick(costs.map(({ wall }) => wall)), cpu: pick(costs.map(({ cpu }) => cpu)) },
    ]),
  )
}

/** What a request leaves to the background is its cost, too: compressing what was uploaded, writing down what was changed. */
async function costOf(installation, { ask, count }) {
  const before = snapshot(installation)
  const start = performance.now()
  for (let at = 0; at < count; at++) await ask()
  const wall = (performance.now() - start) / count
  return { wall, cpu: (await quiet(installation, before)) / count }
}

/** Waits until the processes rest and gives what they used since. */
async function quiet(installation, before) {
  let last = used(before, snapshot(installation))
  for (let left = 100; left > 0; left--) {
    await sleep(20)
    const now = used(before, snapshot(installation))
    if (now - last < 1) return last
    last = now
  }
  return last
}

/** By process. */
function snapshot({ processes }) {
  return new Map(processes().map(pid => [pid, cpuOf(pid) ?? 0]))
}

function used(before, after) {
  return [...after].reduce((sum, [pid, cpu]) => sum + cpu - (before.get(pid) ?? 0), 0)
}
