import { setTimeout as sleep } from 'node:timers/promises'
import { mapkeep } from '../../test/wire/running-server.mjs'
import { datadogCi, inputsInGit } from '../../test/wire/uploaders.mjs'
import { keptServer } from '../shared/kept-server.mjs'
import { seeded } from '../shared/random.mjs'
import { capturedUploads } from './captured.mjs'
import { client } from './client.mjs'
import { meter } from './meter.mjs'
import { handlesOf, riseOf, watch } from './watch.mjs'

/** By how much a figure may rise over the second half of a run and still be called steady: memory breathes with its garbage. */
export const steadyUpTo = { memory: 0.1, handles: 0.05, blobs: 0.2 }

const token = 'a-token-for-the-load-0123456789'
const ladder = [1, 2, 4, 8, 16, 32]
/** One more step of the ladder has to give so much more to be worth it. */
const worthwhile = 1.05

/**
 * Loads a server for so many seconds and gives `figures` by operation, `samples` of the server, `rises` of what should be steady, `errors`, and
 * what fsck says at the end. `clients`: how many; without it a ramp finds how many are enough to keep the machine busy.
 */
export async function load(t, { seconds, clients, seed, told }) {
  const undoWindow = Math.max(3, Math.min(30, Math.round(seconds / 12)))
  const server = await keptServer(t, {
    env: {
      MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off',
      MAPKEEP_LOG_LEVEL: 'warn',
      MAPKEEP_UNDO_WINDOW: `${undoWindow}s`,
      MAPKEEP_PURGE_INTERVAL: `${Math.max(1, Math.round(undoWindow / 5))}s`,
      MAPKEEP_METRICS_TOKEN: token,
    },
  })
  const handlesBefore = handlesOf(server)
  const keep = Math.max(3, Math.min(40, Math.round(seconds / 5)))
  const world = { live: [], keep, made: 0, uploads: capturedUploads(), random: seeded(seed), meter: meter() }
  const people = await fill({ server, world })
  t.after(async () => people.close())
  const count = clients ?? (await ramp(people, { world, told }))
  told(`${count} clients for ${seconds} s; ${world.live.length} releases kept, ${undoWindow} s to undo`)
  const samples = await mainRun(t, { server, world, people, count, seconds, told })
  people.close()
  const figures = world.meter.figures()
  const errors = [...world.meter.errors(), ...(await leftHandles(server, handlesBefore)), ...faultLines(server.output)]
  await server.stop()
  const fsck = await mapkeep(server, 'fsck', '--verify-bytes').catch(error => {
    errors.push(error.message)
  })
  const rises = Object.fromEntries(Object.keys(steadyUpTo).map(name => [name, riseOf(samples, name)]))
  return { clients: count, undoWindow, keep, figures, samples, rises, errors, fsck: fsck && lastWords(fsck) }
}

/** The clients there are, with the releases that are kept; each client has its own connections. */
async function fill({ server, world }) {
  const all = ladder.at(-1)
  const clients = Array.from({ length: all }, () => client({ server, world }))
  while (world.live.length < world.keep) await clients[0].fill()
  return {
    /** So many clients at work until the time is over, and each to the end of what it does then. */
    async work(count, until) {
      const one = async each => {
        while (performance.now() < until()) await each.step()
      }
      await Promise.all(clients.slice(0, count).map(one))
    },
    close: () => {
      for (const each of clients) each.close()
    },
  }
}

/** More clients as long as more gets done. */
async function ramp(people, { world, told }) {
  const seconds = 5
  let best = { count: 0, rate: 0 }
  for (const count of ladder) {
    world.meter.restart()
    const start = performance.now()
    await people.work(count, () => start + seconds * 1000)
    const rate = world.meter.count() / ((performance.now() - start) / 1000)
    told(`${count} clients: ${rate.toFixed(0)} operations/s`)
    if (rate < best.rate * worthwhile) return best.count
    best = { count, rate }
  }
  return best.count
}

async function mainRun(t, { server, world, people, count, seconds, told }) {
  const over = new AbortController()
  const ended = performance.now() + seconds * 1000
  t.after(async () => over.abort())
  world.meter.restart()
  const watching = watch(server, { token, seconds, signal: over.signal, told: sample => told(progress(sample, world)) })
  const uploader = realUploads(t, { server, world, seconds, signal: over.signal })
  try {
    await people.work(count, () => (over.signal.aborted ? 0 : ended))
  } finally {
    over.abort()
  }
  await uploader
  return watching
}

function progress({ at, memory, handles, blobs }, { meter }) {
  return `${at.toFixed(0)} s: ${meter.count()} operations, ${memory.toFixed(0)} MiB, ${handles} handles, ${blobs.toFixed(1)} MB of blobs, ${meter.errors().length} errors`
}

/** A run of the real datadog-ci now and then; what it made is deleted in its turn like everything else. */
async function realUploads(t, { server, world, seconds, signal }) {
  const { folder } = await inputsInGit(t)
  const pause = Math.max(5, Math.min(30, seconds / 6)) * 1000
  for (let number = 1; !signal.aborted; number++) {
    const version = `ci-${number}`
    const chosen = ['--service', 'shop-ci', '--release-version', version, '--minified-path-prefix', 'https://static.acme.example/assets']
    await world.meter.time('datadog-ci sourcemaps upload', async () => {
      const { code, output } = await datadogCi({ server, folder }, 'sourcemaps', 'upload', 'js', ...chosen)
      if (code !== 0) throw new Error(`it ended with ${code}: ${output}`)
      world.live.push({ version, maps: [], pins: 0, groups: [{ kind: 'js', filters: { service: 'shop-ci', version }, maps: Array(5) }] })
    })
    await sleep(pause, undefined, { signal }).catch(() => {})
  }
}

/** Once the clients have gone, what they made the server open is closed: some files of the catalog and of threads apart. */
async function leftHandles(server, before) {
  const most = before + 15
  for (let left = 100; left > 0; left--) {
    if (handlesOf(server) <= most) return []
    await sleep(100)
  }
  return [`${handlesOf(server)} handles stay open when the clients have gone; ${before} were before they came`]
}

/** Without its progress. */
function lastWords(output) {
  const lines = output.trim().split(/[\r\n]+/)
  return lines.slice(lines.findIndex(line => line.startsWith('Checked '))).join(' ')
}

/** At level warn a server that is well says nothing. */
function faultLines(output) {
  return output.split('\n').filter(line => line.startsWith('{'))
}
