import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { filesIn, freshFolders, stop, uploadLarge, whole } from './backup.fixture.ts'
import {
  clientOf,
  keys,
  mapkeep,
  namesIn,
  release,
  startMapkeep,
  startServer,
  temporaryFolder,
  uploadJs,
  uploadMany,
} from './mapkeep.fixture.ts'

const folder = temporaryFolder()
after(folder.remove)
const fresh = () => freshFolders(folder.path)

describe('mapkeep backup', () => {
  test('beside a server that takes uploads, deletes and purges makes what restores to a whole installation', async () => {
    const { data, backup, restored } = fresh()
    const server = await startServer(data, { MAPKEEP_PURGE_INTERVAL: '1s', MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_LOG_LEVEL: 'warn' })
    const headers = { 'dd-api-key': keys.api, 'dd-application-key': keys.application }
    let running = true
    const acknowledged: string[] = []
    const lane = async (number: number) => {
      for (let at = 0; running; at++, await wait(20)) {
        const name = `lane${number}-${at}.js`
        await uploadJs(server.url, { version: 'kept', name })
        acknowledged.push(`/assets/${name}`)
      }
    }
    // Large ones are compressed in the background, so that their first copies are condemned
    const large = async () => {
      for (let at = 0; running; at++, await wait(300)) await uploadLarge(server.url, `large ${at}`, 20_000)
    }
    const losing = async () => {
      for (let round = 0; running; round++) {
        await uploadMany(server.url, `gone ${round}`, 5)
        const selection = new URLSearchParams({
          mapkind: 'js',
          'filter[service]': 'shop',
          'filter[version]': `gone ${round}`,
          dry_run: 'false',
        })
        await fetch(`${server.url}/api/v2/sourcemaps?${selection}`, { method: 'DELETE', headers })
      }
    }
    const purging = async () => {
      for (; running; await wait(1000)) await mapkeep(['purge', '--data', data])
    }
    const work = [lane(1), lane(2), large(), losing(), purging()]
    try {
      for (let round = 0; round < 2; round++) {
        // Of each round some that are in no backup yet
        for (const least = (round + 1) * 10; acknowledged.length < least; ) await wait(10)
        const before = [...acknowledged]
        const { exitCode, output, errors } = await mapkeep(['backup', backup, '--data', data, '--json'])
        assert.equal(exitCode, 0, errors)
        const { lost_count, copies } = JSON.parse(output)
        assert.deepEqual([lost_count, copies > 0], [0, true])
        await whole(backup, restored(round))
        const again = await startServer(restored(round))
        const live = new Set(namesIn((await mapkeep(['list', ...release('kept'), '--limit', '100000'], clientOf(again))).output))
        assert.deepEqual(
          before.filter(name => !live.has(name)),
          [],
          'what was acknowledged before the backup began is in it',
        )
        await stop(again)
      }
    } finally {
      running = false
    }
    await Promise.all(work)
    await stop(server)
    assert.equal(server.said.errors, '')
    assert.ok(acknowledged.length > 20, `${acknowledged.length} uploads`)
  })

  test('keeps keys, ids and operations, and what is deleted can be brought back', async () => {
    const { data, backup, restored } = fresh()
    const server = await startServer(data)
    await uploadMany(server.url, '1', 3)
    await uploadMany(server.url, '2', 2)
    const deleted = await mapkeep(['delete', ...release('1'), '--yes', '--json'], clientOf(server))
    const operation = JSON.parse(deleted.output).meta.operation.id
    const listed = (await mapkeep(['list', ...release('2'), '--json'], clientOf(server))).output
    await mapkeep(['backup', backup, '--data', data])
    await stop(server)
    await whole(backup, restored(0))
    // Without the settings that make the first keys
    const again = await startServer(restored(0), { MAPKEEP_BOOTSTRAP_API_KEY: '', MAPKEEP_BOOTSTRAP_APP_KEY: '' })
    assert.equal((await mapkeep(['list', ...release('2'), '--json'], clientOf(again))).output, listed)
    assert.equal((await mapkeep(['undo', operation, '--yes'], clientOf(again))).exitCode, 0)
    assert.equal(namesIn((await mapkeep(['list', ...release('1')], clientOf(again))).output).length, 3)
    await stop(again)
  })

  test('killed anywhere leaves no manifest that lies, and run again makes it whole', async () => {
    const { data, backup, restored } = fresh()
    const server = await startServer(data)
    for (let at = 0; at < 40; at++) await uploadLarge(server.url, `map ${at}`, 3000)
    let interrupted = 0
    for (const files of [0, 5, 25]) {
      const running = startMapkeep(['backup', backup, '--data', data])
      while (running.child.exitCode === null && copiesIn(backup).length <= files) await wait(2)
      running.child.kill('SIGKILL')
      if ((await running.ended).signal === 'SIGKILL') interrupted++
      if (fs.existsSync(path.join(backup, 'manifest.json'))) continue
      const { exitCode, errors } = await mapkeep(['restore-backup', backup, '--data', restored(files)])
      assert.deepEqual([exitCode, /was never finished|is no backup/.test(errors)], [1, true], errors)
    }
    assert.ok(interrupted > 0)
    const { exitCode, errors } = await mapkeep(['backup', backup, '--data', data])
    assert.equal(exitCode, 0, errors)
    await whole(backup, restored(100))
    // A later one that is killed leaves the one before it as it was
    await uploadLarge(server.url, 'one more', 3000)
    const manifest = fs.readFileSync(path.join(backup, 'manifest.json'), 'utf8')
    const running = startMapkeep(['backup', backup, '--data', data])
    while (running.child.exitCode === null && !fs.existsSync(path.join(backup, 'catalog.scratch.db'))) await wait(1)
    running.child.kill('SIGKILL')
    assert.equal((await running.ended).signal, 'SIGKILL')
    assert.equal(fs.readFileSync(path.join(backup, 'manifest.json'), 'utf8'), manifest)
    await whole(backup, restored(101))
    await stop(server)
  })

  test('cut off between the new catalog and the new manifest is whole all the same', async () => {
    const { data, backup, restored } = fresh()
    const server = await startServer(data)
    await uploadMany(server.url, '1', 3)
    await mapkeep(['backup', backup, '--data', data])
    const [manifest, next] = [path.join(backup, 'manifest.json'), path.join(backup, 'manifest.next.json')]
    const old = fs.readFileSync(manifest)
    await uploadMany(server.url, '2', 3)
    await mapkeep(['backup', backup, '--data', data])
    fs.renameSync(manifest, next)
    fs.writeFileSync(manifest, old)
    await whole(backup, restored(0))
    assert.equal((await mapkeep(['backup', backup, '--data', data])).exitCode, 0)
    assert.equal(fs.existsSync(next), false)
    await whole(backup, restored(1))
    await stop(server)
  })

  test('made again copies only what is new, and removes what nothing needs any more', async () => {
    const { data, backup, restored } = fresh()
    const server = await startServer(data, { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: 'off' })
    for (const name of ['a', 'b', 'c']) await uploadLarge(server.url, name, 10)
    const made = async () => JSON.parse((await mapkeep(['backup', backup, '--data', data, '--json'])).output)
    const first = await made()
    assert.deepEqual([first.copies, first.new_copies, first.removed], [3, 3, 0])
    const inode = (file: string) => fs.statSync(path.join(backup, 'blobs', file)).ino
    const inodes = new Map(copiesIn(backup).map(file => [file, inode(file)]))
    await uploadLarge(server.url, 'd', 10)
    const gone = ['--kind', 'il2cpp', '--build-id', 'a']
    assert.equal((await mapkeep(['delete', ...gone, '--yes'], clientOf(server))).exitCode, 0)
    assert.equal((await mapkeep(['purge', '--data', data])).exitCode, 0)
    const second = await made()
    assert.deepEqual([second.copies, second.new_copies, second.removed], [3, 1, 1])
    const kept = copiesIn(backup).filter(file => inodes.has(file))
    assert.equal(kept.length, 2)
    for (const file of kept) assert.equal(inode(file), inodes.get(file))
    await whole(backup, restored(0))
    await stop(server)
  })

  test('names a damaged and a missing copy, and backs up the rest', async () => {
    const { data, backup, restored } = fresh()
    const server = await startServer(data)
    for (const name of ['a', 'b', 'c']) await uploadLarge(server.url, name, 10)
    await stop(server)
    const [damaged = '', missing = ''] = copiesIn(data)
    const place = path.join(data, 'blobs', damaged)
    fs.writeFileSync(place, fs.readFileSync(place, 'latin1').replace('words', 'sword'), 'latin1')
    fs.rmSync(path.join(data, 'blobs', missing))
    const { exitCode, output, errors } = await mapkeep(['backup', backup, '--data', data])
    assert.equal(exitCode, 1)
    assert.ok(output.includes(`  ${damaged}: the bytes have the digest `), output)
    assert.ok(output.includes(`  ${missing}: the file is gone`), output)
    assert.match(errors, /^mapkeep: 2 copies are lost or damaged, and not in the backup/)
    const { lost_count, copies, lost } = JSON.parse(fs.readFileSync(path.join(backup, 'manifest.json'), 'utf8'))
    assert.deepEqual([lost_count, copies, lost.map((each: { file: string }) => each.file).sort()], [2, 1, [damaged, missing].sort()])
    const back = await mapkeep(['restore-backup', backup, '--data', restored(0), '--json'])
    assert.equal(back.exitCode, 1)
    const report = JSON.parse(back.output)
    assert.deepEqual([report.lost_count, report.copies, report.fsck.counts.missing_bytes], [2, 1, 2])
  })

  test('keeps purges away while it lasts, and says so', async () => {
    const { data, backup } = fresh()
    const server = await startServer(data, { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: 'off' })
    for (let at = 0; at < 60; at++) await uploadLarge(server.url, `map ${at}`, 3000)
    await mapkeep(['delete', '--kind', 'il2cpp', '--build-id', 'map 1', '--yes'], clientOf(server))
    const running = startMapkeep(['backup', backup, '--data', data])
    while (copiesIn(backup).length === 0) await wait(2)
    // As a backup that takes its time
    running.child.kill('SIGSTOP')
    const purged = await mapkeep(['purge', '--data', data])
    assert.deepEqual([purged.exitCode, purged.output], [1, ''])
    assert.match(purged.errors, /^mapkeep: nothing is purged now: stored bytes are kept for a backup, until .*Z at least/)
    const another = await mapkeep(['backup', `${backup}-2`, '--data', data])
    assert.match(another.errors, /another backup of these stores is being made right now/)
    const same = await mapkeep(['backup', backup, '--data', data])
    assert.match(same.errors, /is in use by another backup/)
    running.child.kill('SIGCONT')
    assert.equal((await running.ended).exitCode, 0)
    assert.equal(JSON.parse((await mapkeep(['purge', '--data', data, '--json'])).output).count, 1)
    await stop(server)
  })

  test('ends at Ctrl-C without keeping purges away any longer', async () => {
    const { data, backup } = fresh()
    const server = await startServer(data)
    for (let at = 0; at < 60; at++) await uploadLarge(server.url, `map ${at}`, 3000)
    const running = startMapkeep(['backup', backup, '--data', data])
    while (copiesIn(backup).length === 0) await wait(2)
    running.child.kill('SIGINT')
    const { exitCode, errors } = await running.ended
    assert.equal(exitCode, 1)
    assert.match(errors, /^mapkeep: interrupted: the next backup into this folder goes on from here$/m)
    assert.equal((await mapkeep(['purge', '--data', data])).exitCode, 0)
    await stop(server)
  })
})

function copiesIn(root: string): string[] {
  return filesIn(path.join(root, 'blobs')).filter(file => /^\d+\//.test(file))
}
