import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { filesIn, stop, uploadLarge, whole } from './backup.fixture.ts'
import { mapkeep, startServer, temporaryFolder } from './mapkeep.fixture.ts'

const folder = temporaryFolder()
after(folder.remove)
const place = (name: string) => path.join(folder.path, name)
const [data, backup] = [place('data'), place('backup')]
const backUp = (to: string, ...flags: string[]) => mapkeep(['backup', to, '--data', data, ...flags])
const restore = (from: string, to: string) => mapkeep(['restore-backup', from, '--data', to])
const refused = async (ending: ReturnType<typeof mapkeep>, line: RegExp) => {
  const { exitCode, output, errors } = await ending
  assert.deepEqual([exitCode, output], [1, ''])
  assert.match(errors, /^mapkeep: .*\n$/)
  assert.match(errors, line)
}
const copyOf = (name: string): string => {
  fs.cpSync(backup, place(name), { recursive: true })
  return place(name)
}

before(async () => {
  const server = await startServer(data)
  await uploadLarge(server.url, 'a', 10)
  await stop(server)
  assert.equal((await backUp(backup)).exitCode, 0)
})

describe('mapkeep backup refuses', () => {
  test('a folder with other things in it, which it leaves as they are', async () => {
    const other = place('other')
    fs.mkdirSync(other)
    fs.writeFileSync(path.join(other, 'letter.txt'), 'dear all')
    await refused(backUp(other), /is not empty, and no backup of mapkeep/)
    assert.deepEqual(filesIn(other), ['letter.txt'])
    await refused(backUp(path.join(other, 'letter.txt')), /letter\.txt/)
  })

  test('a data folder, a place inside one, and a folder around one', async () => {
    await refused(backUp(data), /lies inside .*data: a backup belongs elsewhere/)
    await refused(backUp(path.join(data, 'blobs', 'new', 'backup')), /lies inside/)
    assert.equal(fs.existsSync(path.join(data, 'blobs', 'new')), false)
    fs.symlinkSync(data, place('link'))
    await refused(backUp(path.join(place('link'), 'backup')), /lies inside/)
    await refused(backUp(folder.path), /lies inside the folder of the backup/)
  })

  test('the backups of another installation, and of nothing', async () => {
    const second = place('second')
    await stop(await startServer(second))
    await refused(mapkeep(['backup', backup, '--data', second]), /holds backups of another installation/)
    await refused(mapkeep(['backup', place('new'), '--data', place('nowhere')]), /there is no catalog/)
    assert.equal(fs.existsSync(place('nowhere')), false)
  })

  test('to serve it or to work on it, which would spoil it', async () => {
    const kept = copyOf('kept')
    const digest = () =>
      createHash('sha256')
        .update(fs.readFileSync(path.join(kept, 'catalog.db')))
        .digest('hex')
    const before = digest()
    for (const command of [['serve', '--port', '0'], ['keys', 'list'], ['purge'], ['migrate']])
      await refused(mapkeep([...command, '--data', kept]), /is a backup, and whatever works on it spoils it.*mapkeep restore-backup/)
    assert.equal(digest(), before)
    assert.equal((await restore(kept, place('from-kept'))).exitCode, 0)
  })

  test('to add to what has been served all the same', async () => {
    const served = copyOf('served')
    const marker = path.join(served, '.mapkeep-backup')
    const told = fs.readFileSync(marker)
    fs.rmSync(marker)
    const server = await startServer(served)
    fs.writeFileSync(marker, told)
    await refused(backUp(served), /is in use by another backup, by the restoring of one, or by a server/)
    await uploadLarge(server.url, 'b', 10)
    await stop(server)
    await refused(backUp(served), /is not what its manifest says/)
    await refused(restore(served, place('from-served')), /is not what its manifest says/)
  })

  test('stores that are not files', async () => {
    const elsewhere = ['--database', 'postgres://localhost/nowhere']
    await refused(backUp(place('new'), ...elsewhere), /for SQLite and files; with Postgres or S3, see docs\/operate\/backups\.md/)
    assert.equal((await mapkeep(['backup'])).exitCode, 2)
  })
})

describe('mapkeep restore-backup refuses', () => {
  test('a place with a catalog, and one that a server works on', async () => {
    const taken = place('taken')
    const server = await startServer(taken)
    await refused(restore(backup, taken), /there is a catalog already/)
    // As if somebody had moved it away under the server
    for (const file of filesIn(taken).filter(name => name.startsWith('catalog.db'))) fs.rmSync(path.join(taken, file))
    await refused(restore(backup, taken), /another mapkeep server already works on/)
    await stop(server)
  })

  test('blobs of another installation', async () => {
    const other = place('others-blobs')
    await stop(await startServer(other))
    for (const file of filesIn(other).filter(name => name.startsWith('catalog.db'))) fs.rmSync(path.join(other, file))
    await refused(restore(backup, other), /belong to another installation than the backup/)
  })

  test('what is no backup, or was changed', async () => {
    await refused(restore(data, place('new')), /is no backup of mapkeep/)
    const changed = copyOf('changed')
    fs.appendFileSync(path.join(changed, 'catalog.db'), ' ')
    await refused(restore(changed, place('new')), /is not what its manifest says/)
    const garbled = copyOf('garbled')
    fs.writeFileSync(path.join(garbled, 'manifest.json'), '{"format": 2}')
    await refused(restore(garbled, place('new')), /is no manifest of a backup that this version of mapkeep can read/)
    assert.equal(fs.existsSync(place('new')), false)
  })
})

describe('mapkeep backup', () => {
  test('goes on in a folder that the first one had only locked when its disk failed', async () => {
    const begun = place('begun')
    fs.mkdirSync(path.join(begun, 'blobs'), { recursive: true })
    for (const locked of [begun, path.join(begun, 'blobs')]) fs.writeFileSync(path.join(locked, '.mapkeep-lock'), '')
    fs.writeFileSync(path.join(begun, '.mapkeep-backup.partial'), '')
    assert.equal((await backUp(begun)).exitCode, 0)
    await whole(begun, place('from-begun'))
  })
})

describe('mapkeep restore-backup', () => {
  test('goes on after it was cut off, and after only the catalog was lost', async () => {
    const restored = place('restored')
    await whole(backup, restored)
    fs.rmSync(path.join(restored, 'catalog.db'))
    for (const name of ['catalog.db-wal', 'catalog.db-shm']) fs.rmSync(path.join(restored, name), { force: true })
    // Of the one that was cut off
    fs.writeFileSync(path.join(restored, 'catalog.db.restoring'), 'half a cat')
    const { exitCode, output } = await mapkeep(['restore-backup', backup, '--data', restored, '--json'])
    const { copies, new_copies } = JSON.parse(output)
    assert.deepEqual([exitCode, copies, new_copies], [0, 1, 0])
  })

  test('names a copy that the backup has lost, and restores the rest', async () => {
    const damaged = copyOf('damaged')
    const [copy = ''] = filesIn(path.join(damaged, 'blobs')).filter(file => /^\d+\//.test(file))
    fs.appendFileSync(path.join(damaged, 'blobs', copy), ' ')
    const { exitCode, output } = await restore(damaged, place('from-damaged'))
    assert.equal(exitCode, 1)
    assert.ok(output.includes(copy), output)
    assert.match(output, /^lost or damaged copies: 1$/m)
    assert.match(output, /^missing bytes: 1$/m)
    // A backup that reads what is there brings it back
    assert.equal((await backUp(damaged, '--verify-bytes')).exitCode, 0)
    await whole(damaged, place('from-mended'))
  })

  test('keeps everything private', async () => {
    const modes = filesIn(backup)
      .filter(file => path.basename(file) !== '.mapkeep-lock')
      .map(file => fs.statSync(path.join(backup, file)).mode & 0o077)
    assert.deepEqual([...new Set(modes)], [0])
  })
})
