import { fork } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { counted, median, ms, row, sideBySide } from './figures.mjs'
import { requestsPerSecond } from './rates.mjs'
import { scaled } from './scale.mjs'
import { copyOf } from './seeded.mjs'
import { send, startServer } from './server.mjs'

const page = '/api/v2/sourcemaps/list?mapkind=js&filter%5Bservice%5D=shop&filter%5Bversion%5D=2.0.0&page%5Bsize%5D=50'
const small = '/api/v2/sourcemaps?mapkind=js&filter%5Bservice%5D=small&filter%5Bversion%5D=1.0.0&dry_run=true'
const deepPage = scaled(9000, 2)
const rounds = scaled(5)

/** Deep pages against the first one, and small dry runs against the least a server could do. */
export async function lists(folder) {
  const copy = copyOf(folder, 'lists')
  const server = await startServer(copy)
  const deep = await cursorOfPage(server, deepPage - 1)
  const pages = await sideBySide(
    rounds,
    () => medianOf(server, `${page}&page%5Bafter%5D=${encodeURIComponent(deep)}`),
    () => medianOf(server, page),
  )
  const raw = await startRaw(copy)
  const rates = await sideBySide(
    rounds,
    () => requestsPerSecond(server, { method: 'DELETE', path: small }),
    () => requestsPerSecond(raw, { method: 'DELETE', path: small }),
  )
  await raw.stop()
  await server.stop()
  return [
    row(`cursor page ${counted(deepPage)} against page 1 (50 maps each)`, `${ms(pages.ours)} against ${ms(pages.theirs)}`, {
      value: pages.ours / pages.theirs,
      atMost: 2,
    }),
    row(
      'dry run of 20 maps, requests/s, against raw node:http + the same query + JSON.stringify',
      `${rates.ours.toFixed(0)}/s against ${rates.theirs.toFixed(0)}/s`,
      {
        value: rates.ours / rates.theirs,
        atLeast: 0.8,
      },
    ),
  ]
}

async function cursorOfPage(server, number) {
  let cursor
  for (let at = 0; at < number; at++) {
    const path = cursor ? `${page}&page%5Bafter%5D=${encodeURIComponent(cursor)}` : page
    const { text, status } = await send(server, { path, keep: true })
    if (status !== 200) throw new Error(`a page was answered with ${status}`)
    cursor = JSON.parse(text).meta.page.next_cursor
  }
  return cursor
}

async function medianOf(server, path) {
  const times = []
  for (let at = 0; at < scaled(100); at++) times.push((await send(server, { path })).total)
  return median(times)
}

async function startRaw(folder) {
  const child = fork(fileURLToPath(new URL('./raw-server.mjs', import.meta.url)), [join(folder, 'catalog.db')])
  const url = await new Promise(resolve => child.once('message', resolve))
  const { Agent } = await import('node:http')
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  return { url, agent, headers: {}, stop: async () => child.kill() && agent.destroy() }
}
