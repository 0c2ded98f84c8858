import { firstByte, readsWhenIdle, readsWhile } from './felt.mjs'
import { counted, ms, quantile, row, sideBySide, timed } from './figures.mjs'
import { scaled } from './scale.mjs'
import { bareEngine, big, copyOf } from './seeded.mjs'
import { send, startServer } from './server.mjs'

const rounds = scaled(3)

/** A real deletion of half a million maps against the bare statement, what others feel of it. */
export async function deletion(folder) {
  const ours = copyOf(folder, 'ours')
  const theirs = copyOf(folder, 'bare')
  const server = await startServer(ours)
  const bare = bareEngine(theirs)
  const change = set => bare.exec(`update source_map set ${set}, last_operation = 1, state_version = state_version + 1 where ${big.where}`)
  const memoryBefore = server.memory()
  const deletion = await sideBySide(
    rounds,
    () => deleteAndRestore(server),
    async () => {
      const time = await timed(() => change('deleted_at = 5'))
      change('deleted_at = null')
      return time
    },
  )
  const felt = await whatOthersFeel(server)
  const memory = await memoryOfAnswer(server)
  bare.close()
  await server.stop()
  return [
    row(
      `real deletion of ${counted(big.count)} of ${counted(big.among)}, to commit, against the bare statement`,
      `${ms(deletion.ours)} against ${ms(deletion.theirs)}`,
      {
        value: deletion.ours / deletion.theirs,
        atMost: 1.5,
      },
    ),
    row('during it: longest event-loop stall', '', { value: felt.stall, atMost: 20, unit: ' ms' }),
    row('during it: p99 of small reads against idle', `${ms(felt.during)} against ${ms(felt.idle)}`, {
      value: felt.during / felt.idle,
      atMost: 3,
    }),
    row('during it: longest wait of an upload against the bare statement', `${ms(felt.upload)} against ${ms(deletion.theirs)}`, {
      value: felt.upload / deletion.theirs,
      atMost: 1,
    }),
    row(
      `resident memory growth during a ${counted(big.count)}-map deletion and its answer`,
      `${memoryBefore.toFixed(0)} MiB before, ${memory.bytes} MB answered`,
      {
        value: Math.max(0, memory.peak - memoryBefore),
        atMost: 64,
        unit: ' MiB',
      },
    ),
  ]
}

/** Time to the first byte of the answer, which is sent after the commit. */
async function deleteAndRestore(server) {
  const { firstByte, status } = await send(server, { method: 'DELETE', path: `/api/v2/sourcemaps?${big.query}&dry_run=false` })
  if (status !== 200) throw new Error(`the deletion was answered with ${status}`)
  await send(server, { method: 'PATCH', path: `/api/v2/sourcemaps/restore?${big.query}&dry_run=false` })
  return firstByte
}

async function whatOthersFeel(server) {
  const idle = await readsWhenIdle(server)
  await server.stall()
  let stall = 0
  const waits = []
  const during = await readsWhile(server, async () => {
    let done = false
    const uploads = uploadsUntil(server, () => done, waits)
    await firstByte(server, { method: 'DELETE', path: `/api/v2/sourcemaps?${big.query}&dry_run=false` })
    stall = await server.stall()
    done = true
    await uploads
  })
  await send(server, { method: 'PATCH', path: `/api/v2/sourcemaps/restore?${big.query}&dry_run=false` })
  return { idle: quantile(idle, 0.99), during: quantile(during, 0.99), stall, upload: Math.max(...waits) }
}

let made = 0

async function uploadsUntil(server, isDone, waits) {
  while (!isDone()) {
    const form = new FormData()
    const url = `https://static.acme.example/during-${made++}.js`
    form.append('event', JSON.stringify({ type: 'js_sourcemap', service: 'during', version: '1', minified_url: url }))
    form.append('source_map', new Blob([`{"version":3,"mappings":"","sources":["${url}"],"names":[]}`]), 'source_map')
    form.append('minified_file', new Blob([`//${url}`]), 'minified_file')
    const start = performance.now()
    const { status } = await fetch(`${server.url}/api/v2/srcmap`, { method: 'POST', headers: server.headers, body: form })
    if (status !== 200) throw new Error(`an upload was answered with ${status}`)
    waits.push(performance.now() - start)
  }
}

async function memoryOfAnswer(server) {
  let peak = 0
  let bytes = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, server.memory())
  }, 50)
  await new Promise((resolve, reject) => {
    fetch(`${server.url}/api/v2/sourcemaps?${big.query}&dry_run=false`, { method: 'DELETE', headers: server.headers })
      .then(async response => {
        for await (const chunk of response.body) bytes += chunk.length
        resolve()
      })
      .catch(reject)
  })
  clearInterval(watch)
  return { peak, bytes: Math.round(bytes / 1e6) }
}
