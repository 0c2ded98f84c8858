import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { type Ended, type Server, startMapkeep, startServer, temporaryFolder, uploadJs, waitFor } from '../cli/mapkeep.fixture.ts'

const folder = temporaryFolder()
after(folder.remove)

/** Where the three parts of a store lie. */
interface Layout {
  readonly data: string
  readonly database: string
  readonly blobs: string
}

const fresh = (): Layout => {
  const root = fs.mkdtempSync(path.join(folder.path, 'layout-'))
  return { data: path.join(root, 'data'), database: path.join(root, 'db', 'catalog.db'), blobs: path.join(root, 'bytes') }
}
const places = ({ database, blobs }: Layout) => ({ MAPKEEP_DATABASE_URL: `sqlite:${database}`, MAPKEEP_BLOBS_URL: `file:${blobs}` })
const start = (layout: Layout): Promise<Server> => startServer(layout.data, places(layout))
const attempt = async (layout: Layout): Promise<Ended> => {
  const running = startMapkeep(['serve', '--port', '0', '--data', layout.data], places(layout))
  // One that starts after all is stopped, and its exit code tells
  await Promise.race([waitFor(running, /listening on/), running.ended])
  running.child.kill('SIGTERM')
  return running.ended
}
const stop = async (server: Server, signal: NodeJS.Signals = 'SIGTERM') => {
  server.child.kill(signal)
  await server.ended
}
const assertRefused = ({ exitCode, errors }: Ended, line: RegExp) => {
  assert.equal(exitCode, 1)
  assert.match(errors, line)
  assert.equal(
    errors
      .trimEnd()
      .split('\n')
      .filter(each => each.startsWith('mapkeep: ')).length,
    1,
    errors,
  )
}

describe('two servers never work on one store', { concurrency: 3 }, () => {
  test('nor on one catalog from different data folders, until the first is killed', async () => {
    const first = fresh()
    const second = { ...fresh(), database: first.database }
    const server = await start(first)
    assertRefused(await attempt(second), /another mapkeep server already works on .*db$/m)
    await stop(server, 'SIGKILL')
    await stop(await start(first))
  })

  test('nor on one folder of blobs from different data folders', async () => {
    const first = fresh()
    const server = await start(first)
    assertRefused(await attempt({ ...fresh(), blobs: first.blobs }), /another mapkeep server already works on .*bytes$/m)
    await stop(server, 'SIGKILL')
    await stop(await start(first))
  })

  test('nor on a data folder whose stores lie elsewhere', async () => {
    const first = fresh()
    const server = await start(first)
    assertRefused(await attempt({ ...fresh(), data: first.data }), /another mapkeep server already works on .*data$/m)
    await stop(server)
  })

  test('nor when the catalog is reached through a link', async () => {
    const first = fresh()
    const server = await start(first)
    const second = fresh()
    fs.mkdirSync(path.dirname(second.database))
    fs.symlinkSync(first.database, second.database)
    assertRefused(await attempt(second), /another mapkeep server already works on .*db$/m)
    await stop(server)
  })

  test('but one server may keep everything in one folder, even under two names of it', async () => {
    const { data } = fresh()
    fs.mkdirSync(data, { recursive: true })
    fs.symlinkSync(data, `${data}-too`)
    const server = await start({ data, database: path.join(`${data}-too`, 'catalog.db'), blobs: data })
    await uploadJs(server.url, { version: '1', name: 'a.js' })
    await stop(server)
  })
})

describe('blobs belong to the catalog that names them', { concurrency: 3 }, () => {
  test('and are refused by the catalog of another installation, untouched', async () => {
    const [first, second] = [fresh(), fresh()]
    for (const layout of [first, second]) {
      const server = await start(layout)
      await uploadJs(server.url, { version: '1', name: 'a.js' })
      await stop(server)
    }
    const before = fs.readdirSync(first.blobs, { recursive: true }).sort()
    const swapped = await attempt({ ...second, blobs: first.blobs })
    assertRefused(swapped, /the blobs in .*bytes belong to another installation than the catalog .*catalog\.db \(MAPKEEP_BLOBS_URL/)
    assert.deepEqual(fs.readdirSync(first.blobs, { recursive: true }).sort(), before)
    for (const layout of [first, second]) await stop(await start(layout))
  })

  test('and are refused where there is no catalog yet, of which none is made', async () => {
    const first = fresh()
    await stop(await start(first))
    const second = { ...fresh(), blobs: first.blobs }
    assertRefused(await attempt(second), /the blobs in .*bytes belong to a catalog, and there is none at .*catalog\.db/)
    assert.equal(fs.existsSync(second.database), false)
  })

  test('and are not looked for in an empty place, as a mistyped setting names one', async () => {
    const first = fresh()
    const server = await start(first)
    await uploadJs(server.url, { version: '1', name: 'a.js' })
    await stop(server)
    const elsewhere = { ...first, blobs: fresh().blobs }
    assertRefused(await attempt(elsewhere), /there are no blobs of mapkeep in .*bytes \(MAPKEEP_BLOBS_URL\)$/m)
    await stop(await start(first))
  })

  test('and go with it when both are moved', async () => {
    const first = fresh()
    await stop(await start(first))
    const second = fresh()
    fs.renameSync(first.blobs, second.blobs)
    fs.renameSync(path.dirname(first.database), path.dirname(second.database))
    await stop(await start(second))
  })
})
