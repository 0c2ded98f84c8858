import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { cephMissing, startCeph } from '../blobs/s3/ceph.fixture.ts'
import { postgresMissing } from '../catalog/postgres/postgres-programs.fixture.ts'
import { type PostgresServer, startPostgres } from '../catalog/postgres/postgres-server.fixture.ts'
import { Connection } from '../catalog/sqlite/connection.ts'
import { clientOf, mapkeep, release, startMapkeep, temporaryFolder, uploadJs, waitFor } from '../cli/mapkeep.fixture.ts'
import {
  answersOf,
  assertSound,
  copy,
  copyFlags,
  duplicate,
  embedded,
  environmentOf,
  fill,
  type Places,
  serverOn,
  stop,
} from './copied-stores.fixture.ts'

const folder = temporaryFolder()
after(folder.remove)
const fresh = () => fs.mkdtempSync(path.join(folder.path, 'place-'))
const readOnly = { MAPKEEP_READ_ONLY: 'on' }

/** Filled once, and then only duplicated. */
const origin = fresh()
before(() => fill(embedded(origin), fresh()))
const filled = () => duplicate(origin, fresh())

/** Copies while servers read both, and compares all their answers; then the copy goes on as the original would. */
async function assertMoves(from: Places, to: Places): Promise<void> {
  const source = await serverOn(from, fresh(), readOnly)
  const before = await answersOf(source)
  const { resumed, faults, files, movedFiles } = await copy(from, to)
  assert.deepEqual([resumed, faults, movedFiles], [false, [], files])
  await assertSound(to)
  const target = await serverOn(to, fresh(), readOnly)
  assert.deepEqual(await answersOf(target), before)
  assert.deepEqual(await answersOf(source), before)
  assert.ok(before['/api/mapkeep/v1/operations/op_1']?.startsWith('200 '))
  for (const server of [source, target]) await stop(server)
}

/** Deletions can be undone there, keys work, and ids go on. */
async function assertGoesOn(places: Places): Promise<void> {
  const server = await serverOn(places, fresh())
  const client = (...args: string[]) => mapkeep(args, clientOf(server))
  const undone = await client('undo', 'op_1', '--yes')
  assert.equal(undone.exitCode, 0, undone.errors)
  assert.match(undone.output, /brought back 6 maps/)
  await uploadJs(server.url, { version: '4.0', name: 'new.js' })
  const { data } = JSON.parse((await client('list', ...release('4.0'), '--json')).output) as { data: { id: string }[] }
  assert.deepEqual(
    data.map(({ id }) => id),
    ['19'],
  )
  await stop(server)
  await assertSound(places)
}

describe('a copy of an installation', () => {
  test('in another folder answers the same, and goes on', async () => {
    const [first, to] = [filled(), embedded(path.join(fresh(), 'made', 'by the copy'))]
    const preview = await copy(first, to, { dryRun: true })
    assert.deepEqual([preview.rows.source_map, preview.rows.operation, preview.movedFiles], [18, 3, 0])
    assert.equal(fs.existsSync(to.database.slice('sqlite:'.length)), false)
    await assertMoves(filled(), to)
    await assertGoesOn(to)
  })

  test('with compressed files keeps them as they are', async () => {
    const from = embedded(fresh())
    const server = await serverOn(from, fresh())
    const form = new FormData()
    form.set('event', JSON.stringify({ type: 'js_sourcemap', service: 'shop', version: '1', minified_url: 'https://a.test/a.js' }))
    form.set('source_map', new Blob([`{"version":3,"mappings":"${'AAAA;'.repeat(50_000)}"}`]), 'a.js.map')
    form.set('minified_file', new Blob(['x()']), 'a.js')
    const response = await fetch(`${server.url}/api/v2/srcmap`, { method: 'POST', headers: { 'dd-api-key': 'test-api-key' }, body: form })
    assert.equal(response.status, 200)
    const names = () =>
      fs.readdirSync(from.blobs.slice('file:'.length), { recursive: true, encoding: 'utf8' }).filter(name => /^\d.*-/.test(name))
    while (!names().some(name => name.endsWith('.br')) || names().length > 2) await wait(50)
    await stop(server)
    const to = embedded(fresh())
    await copy(from, to)
    await assertSound(to)
    const copied = fs.readdirSync(to.blobs.slice('file:'.length), { recursive: true, encoding: 'utf8' }).filter(name => /^\d.*-/.test(name))
    assert.deepEqual(copied.sort(), names().sort())
  })

  test('is refused where there is an installation already, and changes nothing there', async () => {
    const [first, used, other] = [filled(), embedded(fresh()), embedded(fresh())]
    const server = await serverOn(used, fresh())
    await stop(server)
    await assert.rejects(copy(first, used), /catalog .* is in use/)
    await assert.rejects(copy(first, used, { dryRun: true }), /catalog .* is in use/)
    await assert.rejects(copy(first, { ...other, blobs: used.blobs }), /belong to another installation/)
    await assert.rejects(copy(first, { ...other, database: first.database }), /is what shall be copied/)
    await assert.rejects(copy(first, { ...other, blobs: first.blobs }), /is what shall be copied/)
    await stop(await serverOn(used, fresh()))
    await copy(first, other)
    await assert.rejects(copy(first, other), /is finished/)
    const onceMore = embedded(fresh())
    await assert.rejects(copy(first, { ...onceMore, blobs: other.blobs }), /belong to this installation already/)
  })
})

describe('a copy that does not come to its end', () => {
  test('names the files that are damaged, is not served, and ends once they are whole', async () => {
    const [from, to] = [filled(), embedded(fresh())]
    const root = from.blobs.slice('file:'.length)
    const files = fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(name => /^1\/.*-/.test(name))
    const [changed = '', longer = '', gone = ''] = files
    const before = new Map([changed, longer, gone].map(name => [name, fs.readFileSync(path.join(root, name))]))
    fs.writeFileSync(path.join(root, changed), 'y()')
    fs.appendFileSync(path.join(root, longer), 'more')
    fs.rmSync(path.join(root, gone))
    const failed = await copy(from, to).catch(error => error)
    assert.match(failed.message, /^3 files of the source cannot be copied, so the copy is not finished/)
    for (const name of before.keys())
      assert.ok(
        failed.faults.some((fault: string) => fault.startsWith(`${name}: `)),
        `${name} ${failed.faults}`,
      )
    const server = startMapkeep(['serve', '--port', '0', '--data', fresh()], environmentOf(to))
    await Promise.race([waitFor(server, /listening/), server.ended])
    server.child.kill('SIGTERM')
    assert.match((await server.ended).errors, /is a copy that is not finished; run the same mapkeep copy again/)
    const administration = await mapkeep(['keys', 'list', '--database', to.database])
    assert.match(administration.errors, /is a copy that is not finished/)
    await assert.rejects(copy(to, embedded(fresh())), /is itself a copy that is not finished/)
    await assert.rejects(copy(from, { ...to, blobs: embedded(fresh()).blobs }), /name the same place/)
    for (const [name, bytes] of before) fs.writeFileSync(path.join(root, name), bytes)
    assert.equal((await copy(from, to)).resumed, true)
    await assertSound(to)
  })

  test('because of a damaged file ends without it once the source has given it up', async () => {
    const [from, to] = [filled(), embedded(fresh())]
    const root = from.blobs.slice('file:'.length)
    const [name = ''] = fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(each => /^1\/.*-/.test(each))
    fs.writeFileSync(path.join(root, name), 'z()')
    await assert.rejects(copy(from, to), /^Error: 1 file of the source cannot be copied/)
    const check = (places: Places, ...more: string[]) => mapkeep(['fsck', '--verify-bytes', '--json', ...more], environmentOf(places))
    await check(from, '--repair')
    await copy(from, to)
    const countsOf = async (places: Places) => JSON.parse((await check(places)).output).counts
    const counts = await countsOf(to)
    assert.deepEqual([counts, counts.missing_copy], [await countsOf(from), 1])
  })

  const writes: Record<string, string> = {
    'what is counted': 'update source_map set state_version = state_version + 1 where id = 3',
    'what is only compared': "update hold set reason = 'another'",
    'rows that go': "delete from audit_event where action = 'upload'",
  }
  for (const [what, statement] of Object.entries(writes))
    for (const step of ['rows', 'comparison'] as const)
      test(`tells that ${what} was written meanwhile (${step}), and ends when it is run again`, async () => {
        const [from, to] = [filled(), embedded(fresh())]
        const writer = new Connection(from.database.slice('sqlite:'.length), 'write')
        let isWritten = false
        const onProgress = (progress: { step: string; done: number; total: number }) => {
          // When the last rows are copied, or the first ones compared
          if (isWritten || progress.step !== step || (step === 'rows' && progress.done < progress.total)) return
          isWritten = true
          writer.exec(statement)
        }
        const ended = await copy(from, to, { onProgress }).catch(error => error)
        assert.ok(isWritten)
        assert.ok(ended instanceof Error)
        assert.match(ended.message, /source was written to while it was copied.*MAPKEEP_READ_ONLY=on/)
        writer.close()
        const { resumed, movedFiles } = await copy(from, to)
        assert.deepEqual([resumed, movedFiles], [true, 0])
        const rows = (places: Places) => {
          const file = new Connection(places.database.slice('sqlite:'.length), 'read')
          const found = ['source_map', 'hold', 'audit_event'].map(table => file.run(`select * from ${table} order by 1, 2, 3`, []).rows)
          file.close()
          return JSON.stringify(found)
        }
        assert.equal(rows(to), rows(from))
      })

  test('because it was killed, again and again, is resumed and whole', async () => {
    const [from, to] = [embedded(fresh()), embedded(fresh())]
    await fill(from, fresh(), 40)
    let kills = 0
    for (let round = 1; round <= 4; round++) {
      const running = startMapkeep(['copy', ...copyFlags(from, to)])
      // Not while the program is still being loaded
      while (!fs.existsSync(to.database.slice('sqlite:'.length)) && running.child.exitCode === null) await wait(5)
      if (round > 1) await wait(500)
      await wait(Math.random() * 200 * round)
      // Every other time as Ctrl-C does it
      running.child.kill(round % 2 === 1 ? 'SIGKILL' : 'SIGINT')
      const { signal, exitCode, errors } = await running.ended
      if (signal !== null || exitCode === 1) kills++
      else assert.equal(exitCode, 0, errors)
      if (exitCode === 1) assert.match(errors, /^mapkeep: (interrupted: the same command goes on with it|the copy in .* is finished.*)\n$/)
    }
    assert.ok(kills > 0)
    await copy(from, to).catch(error => assert.match(error.message, /is finished/))
    await assertSound(to)
    const [source, target] = [await serverOn(from, fresh(), readOnly), await serverOn(to, fresh(), readOnly)]
    assert.deepEqual(await answersOf(target, 120), await answersOf(source, 120))
    for (const server of [source, target]) await stop(server)
  })
})

describe('between embedded stores and Postgres', { skip: postgresMissing() ?? false }, () => {
  let postgres: PostgresServer
  before(async () => {
    postgres = await startPostgres({ fsync: 'off' })
  })
  after(() => postgres?.remove())

  /** An installation moves there, killed in the middle, and back, and goes on in both places. */
  async function assertMovesThereAndBack(there: Places, variables: NodeJS.ProcessEnv): Promise<void> {
    const [start, back] = [filled(), embedded(fresh())]
    const running = startMapkeep(['copy', ...copyFlags(start, there)], variables)
    setTimeout(() => running.child.kill('SIGKILL'), 900)
    await running.ended
    await copy(start, there).catch(error => assert.match(error.message, /is finished/))
    await assertMoves(there, back)
    await assertGoesOn(back)
    await assertGoesOn(there)
    await assert.rejects(copy(start, there), /is finished/)
  }

  if (cephMissing())
    test('an installation moves into Postgres and another folder and back again', async () =>
      assertMovesThereAndBack({ database: await postgres.createDatabase('there'), blobs: embedded(fresh()).blobs }, {}))

  test('an installation moves into Postgres and S3 and back again', { skip: cephMissing() ?? false }, async () => {
    const ceph = await startCeph()
    const s3 = {
      AWS_ACCESS_KEY_ID: ceph.accessKeyId,
      AWS_SECRET_ACCESS_KEY: ceph.secretAccessKey,
      MAPKEEP_S3_ENDPOINT: ceph.endpoint,
    }
    try {
      Object.assign(process.env, s3)
      await assertMovesThereAndBack(
        { database: await postgres.createDatabase('beside_s3'), blobs: `s3://${await ceph.makeBucket()}/maps` },
        s3,
      )
    } finally {
      for (const name of Object.keys(s3)) delete process.env[name]
      await ceph.stop()
    }
  })
})
