import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parallel } from '../../bench/made-uploads.mjs'
import { fileOf } from './contents.mjs'
import { atRest, cpuSeconds, endedCpuSeconds, peakMemory } from './processes.mjs'

/**
 * Lets all peers do the same jobs with the same files, in turns: a round of one, the same round of the next. Gives for each peer and
 * job what it took, and the most memory its processes had.
 * Servers end with it, at the latest when `t` is closed. `set`: `{ seed, name, kind, bytes, count, jobs }`; of its jobs each peer does those it knows.
 */
export async function measure(t, { peers, set, rounds, width, scratch }) {
  const running = []
  const tally = new Map()
  try {
    for (const peer of peers) {
      const server = await startPeer(peer, set, { rounds, scratch })
      t.after(() => server.stop())
      running.push({ peer, server })
    }
    for (let round = 0; round < rounds; round++) {
      const files = roundOf(set, round, rounds)
      const turn = [...running.slice(round % running.length), ...running.slice(0, round % running.length)]
      for (const job of set.jobs)
        for (const { peer, server } of turn) {
          const taken = await turnOf({ peer, server, job, files, set: setOf(set, round), width, scratch })
          if (taken) add(tally, `${peer.name} ${job}`, taken)
        }
    }
    const memory = new Map(running.map(({ peer, server }) => [peer.name, peakMemory(server.pids())]))
    return { tally, memory }
  } finally {
    for (const { server } of running) await server.stop()
  }
}

const setOf = (set, round) => ({ ...set, name: `${set.name}-${round}` })

/** The files of one round; all rounds together have as many as the set. */
export function roundOf(set, round, rounds) {
  const count = Math.ceil(set.count / rounds)
  return Array.from({ length: count }, (_, at) => fileOf(setOf(set, round), at))
}

async function startPeer(peer, set, { rounds, scratch }) {
  const folder = path.join(scratch, `${peer.name.replaceAll(' ', '-')}-${set.name}`)
  mkdirSync(folder, { recursive: true })
  // One that takes no uploads finds everything there already
  const all = peer.jobs.includes('put') ? [] : Array.from({ length: rounds }, (_, round) => roundOf(set, round, rounds)).flat()
  return peer.start(folder, all)
}

/** One round of one peer; nothing when it does not know the job. */
async function turnOf({ peer, server, job, files, set, width, scratch }) {
  const known = job === 'removeAll' ? server.removeAll : peer.jobs.includes(job)
  if (!known) return undefined
  if (job === 'removeAll') await putAgain(server, files, { width })
  execFileSync('sync') // what others have left unsynced is not this one's to wait for
  const before = { cpu: cpuSeconds(server.pids()), ended: endedCpuSeconds() }
  const took = server.whole ? await server.whole({ job, set, from: 0, to: files.length }) : await jobs[job](server, files, { width })
  const rest = job === 'put' ? timedSync(scratch) : job.startsWith('remove') ? await free(server) : 0
  await atRest(server.pids())
  const cpu = cpuSeconds(server.pids()) - before.cpu + endedCpuSeconds() - before.ended
  await (job.startsWith('remove') ? nothingLeft(peer, server, files) : undefined)
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
  return { files: files.length, bytes, time: took.time, latencies: took.latencies, rest, cpu }
}

const jobs = {
  put: async (server, files, { width }) => {
    const prepared = await Promise.all(files.map(file => server.prepare?.(file)))
    return each(files, width, (file, at) => server.put(file, prepared[at]))
  },
  get: async (server, files, { width }) => {
    const got = []
    const took = await each(files, width, async (file, at) => (got[at] = await server.get(file)))
    const wrong = files.find((file, at) => !got[at]?.equals(file.bytes))
    if (wrong) throw new Error(`${wrong.name} did not come back as it was put`)
    return took
  },
  remove: (server, files, { width }) => each(files, width, file => server.remove(file)),
  removeAll: async (server, files) => each([files], 1, all => server.removeAll(all)),
}

async function each(files, width, work) {
  const latencies = []
  const start = performance.now()
  await parallel(width, files.length, async at => {
    const begun = performance.now()
    await work(files[at], at)
    latencies.push(performance.now() - begun)
  })
  return { time: performance.now() - start, latencies }
}

const putAgain = (server, files, { width }) => jobs.put(server, files, { width }).then(() => atRest(server.pids()))

/** What is still to be done until everything that was answered lies on the disk. */
function timedSync(folder) {
  const start = performance.now()
  execFileSync('sync', ['--file-system', folder])
  return performance.now() - start
}

async function free(server) {
  const start = performance.now()
  await server.free?.()
  return performance.now() - start
}

/** A removal counts when the file is not given any more and its bytes are off the disk. */
async function nothingLeft(peer, server, files) {
  if (server.get && (await server.get(files[0]))) throw new Error(`${peer.name} still gives ${files[0].name} after its removal`)
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0)
  const left = await server.stored()
  if (left > 64 * 1024 + bytes / 20) throw new Error(`${peer.name} still keeps ${left} of ${bytes} bytes after their removal`)
}

function add(tally, name, taken) {
  const sum = tally.get(name) ?? { files: 0, bytes: 0, time: 0, rest: 0, cpu: 0, latencies: [] }
  for (const key of ['files', 'bytes', 'time', 'rest', 'cpu']) sum[key] += taken[key]
  sum.latencies.push(...taken.latencies)
  tally.set(name, sum)
}
