import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { Connection } from '../catalog/sqlite/connection.ts'
import { type Ended, mapkeep, type Server, startServer, temporaryFolder, uploadJs } from './mapkeep.fixture.ts'

const folder = temporaryFolder()
after(folder.remove)

const fresh = () => path.join(fs.mkdtempSync(path.join(folder.path, 'store-')), 'data')
const fsck = (data: string, ...flags: string[]): Promise<Ended> => mapkeep(['fsck', '--data', data, ...flags])
const stop = async (server: Server, signal: NodeJS.Signals = 'SIGTERM') => {
  server.child.kill(signal)
  await server.ended
}
/** A store of some maps without a server. */
const stopped = async (maps = 3): Promise<string> => {
  const data = fresh()
  const server = await startServer(data)
  for (let at = 0; at < maps; at++) await uploadJs(server.url, { version: '1', name: `app${at}.js` })
  await stop(server)
  return data
}
const filesBelow = (root: string) =>
  fs.readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(file => fs.statSync(path.join(root, file)).isFile())
const copiesIn = (data: string) => filesBelow(path.join(data, 'blobs')).filter(file => /^\d+\//.test(file))
const strayIn = (data: string) => {
  const name = path.join('1', 'ab', `${'ab'.repeat(32)}-nobodys`)
  fs.mkdirSync(path.join(data, 'blobs', '1', 'ab'), { recursive: true })
  fs.writeFileSync(path.join(data, 'blobs', name), 'nobody needs this')
  return name
}

describe('mapkeep fsck', () => {
  test('gives no false alarm beside a server under load, nor leads the server to any fault', async () => {
    const data = fresh()
    const server = await startServer(data, { MAPKEEP_LOG_LEVEL: 'warn' })
    let running = true
    let uploads = 0
    const load = async (lane: number) => {
      for (let at = 0; running; at++, uploads++) await uploadJs(server.url, { version: String(at % 7), name: `lane${lane}-${at}.js` })
    }
    // Large enough for a temporary file and for compression
    const large = async () => {
      for (let at = 0; running; at++, uploads++) await uploadLarge(server.url, at)
    }
    const lanes = [load(1), load(2), large()]
    try {
      for (let round = 0; round < 3; round++) {
        const { exitCode, output, errors } = await fsck(data, '--json', '--repair', '--verify-bytes')
        assert.deepEqual([exitCode, errors], [0, ''], output)
        const report = JSON.parse(output)
        assert.deepEqual([report.problems, report.checked.beside_server], [[], true])
      }
    } finally {
      running = false
    }
    await Promise.all(lanes)
    await stop(server)
    assert.ok(uploads > 20, `${uploads} uploads`)
    assert.equal(server.said.errors, '')
    const { exitCode, output } = await fsck(data, '--verify-bytes', '--json')
    assert.deepEqual([exitCode, JSON.parse(output).problems], [0, []])
    assert.equal(fs.existsSync(path.join(data, 'blobs', 'quarantine')), false)
  })

  test('after a kill takes what was under way for leftovers, and the next start has nothing left to do', async () => {
    const data = fresh()
    const server = await startServer(data)
    await uploadJs(server.url, { version: '1', name: 'a.js' })
    await stop(server, 'SIGKILL')
    fs.writeFileSync(path.join(data, 'blobs', '.mapkeep-tmp', '8c5ab6e3-7d0f-4f6e-9a51-0c9e4a5b1d2e'), 'half an upl')
    const found = await fsck(data)
    assert.equal(found.exitCode, 1)
    assert.match(found.output, /^forgotten temporary files: 1$/m)
    assert.match(found.errors, /^mapkeep: 1 problem remains; --repair can end all of them$/m)
    const repaired = await fsck(data, '--repair')
    assert.deepEqual([repaired.exitCode, repaired.errors], [0, ''])
    assert.match(repaired.output, /^forgotten temporary files: 1 \(moved to the quarantine\)$/m)
    const { exitCode, output } = await fsck(data)
    assert.deepEqual([exitCode, /Nothing is wrong\./.test(output)], [0, true])
    const kept = filesBelow(path.join(data, 'blobs', 'quarantine'))
    await stop(await startServer(data))
    assert.deepEqual(filesBelow(path.join(data, 'blobs', 'quarantine')), kept)
    assert.equal(kept.length, 1)
  })

  test('names the maps that need lost bytes, gives these up until they are uploaded again, and prints one JSON document', async () => {
    const data = await stopped()
    const [lost = ''] = copiesIn(data)
    fs.rmSync(path.join(data, 'blobs', lost))
    assert.match((await fsck(data)).errors, /^mapkeep: 1 problem remains$/m)
    const stray = strayIn(data)
    const { exitCode, output, errors } = await fsck(data, '--repair')
    assert.equal(exitCode, 1)
    assert.match(output, /needed by \d maps?: \d \(js, shop 1\)/)
    assert.match(errors, /^mapkeep: 1 problem remains$/m)
    const quarantine = /quarantine\/\w+/.exec(output)?.[0] ?? ''
    assert.equal(fs.readFileSync(path.join(data, 'blobs', quarantine, stray), 'utf8'), 'nobody needs this')
    assert.match(output, /^missing bytes: 1 \(given up, so that an upload brings them back\)$/m)
    const report = JSON.parse((await fsck(data, '--json')).output)
    assert.deepEqual(Object.keys(report), ['checked', 'problems', 'counts', 'repaired'])
    assert.deepEqual([report.counts.missing_copy, report.problems.length], [1, 1])
    const [problem] = report.problems
    const place = [problem.problem, lost.includes(problem.digest), problem.organization, problem.repaired]
    assert.deepEqual(place, ['missing_copy', true, 'default', false])
    assert.deepEqual([problem.maps[0].mapkind, typeof problem.maps[0].id], ['js', 'string'])
  })

  test('refuses a catalog and blobs of different installations, and touches neither', async () => {
    const [one, other] = [await stopped(1), await stopped(1)]
    const stray = strayIn(other)
    const { exitCode, errors } = await fsck(one, '--repair', '--blobs', `file:${path.join(other, 'blobs')}`)
    assert.equal(exitCode, 1)
    assert.match(errors, /^mapkeep: the blobs in .* belong to another installation than the catalog .*\n$/)
    assert.equal(fs.existsSync(path.join(other, 'blobs', stray)), true)
  })

  test('does not take a catalog that it may not look at for one that is missing', async () => {
    const circle = path.join(folder.path, 'circle')
    fs.symlinkSync(circle, circle)
    const { exitCode, errors } = await fsck(circle)
    assert.equal(exitCode, 1)
    assert.match(errors, /ELOOP/)
    assert.doesNotMatch(errors, /there is no catalog|mapkeep migrate/)
  })

  test('makes neither a catalog nor blobs that are missing', async () => {
    const nowhere = path.join(folder.path, 'nowhere')
    const data = await stopped(1)
    const attempts: [Ended, RegExp][] = [
      [await fsck(nowhere), /there is no catalog/],
      [await fsck(data, '--blobs', `file:${nowhere}`), /there are no blobs of mapkeep in/],
      [await fsck(data, '--database', `sqlite:${path.join(nowhere, 'catalog.db')}`), /there is no catalog/],
    ]
    for (const [{ exitCode, errors }, line] of attempts) {
      assert.equal(exitCode, 1)
      assert.match(errors, line)
    }
    const empty = fs.mkdtempSync(path.join(folder.path, 'empty-'))
    assert.equal((await fsck(data, '--blobs', `file:${empty}`)).exitCode, 1)
    assert.deepEqual([fs.existsSync(nowhere), fs.readdirSync(empty)], [false, []])
    assert.equal((await fsck(data, '--everything')).exitCode, 2)
  })

  test('does not need the data folder when both stores lie elsewhere, and does not make it', async () => {
    const data = await stopped(1)
    const nowhere = path.join(folder.path, 'nowhere-too')
    const places = ['--database', `sqlite:${path.join(data, 'catalog.db')}`, '--blobs', `file:${path.join(data, 'blobs')}`]
    assert.equal((await fsck(nowhere, ...places)).exitCode, 0)
    assert.equal(fs.existsSync(nowhere), false)
  })

  test('counts anew beside a running server', async () => {
    const data = fresh()
    const server = await startServer(data)
    await uploadJs(server.url, { version: '1', name: 'a.js' })
    const connection = new Connection(path.join(data, 'catalog.db'), 'write')
    connection.exec('update blob set reference_count = 2; update source_map set own_size = 0, shared_contents = 2')
    connection.close()
    const { exitCode, output } = await fsck(data, '--repair')
    assert.equal(exitCode, 0)
    assert.match(output, /^wrong reference counts: 2 \(counted anew\)$/m)
    assert.match(output, /^wrong sizes of maps: 1 \(summed anew\)$/m)
    assert.match((await fsck(data)).output, /Nothing is wrong\./)
    await stop(server)
  })
})

async function uploadLarge(url: string, at: number): Promise<void> {
  const event = { type: 'il2cpp_mapping_file', build_id: `build ${at}` }
  const form = new FormData()
  form.set('event', new Blob([JSON.stringify(event)]), 'event')
  form.set('il2cpp_mapping_file', new Blob([`${at} is how these many words begin, `.repeat(20_000)]), 'LineNumberMappings.json')
  const response = await fetch(`${url}/api/v2/srcmap`, { method: 'POST', headers: { 'dd-api-key': 'test-api-key' }, body: form })
  if (!response.ok) throw new Error(`the upload was refused: ${response.status} ${await response.text()}`)
}
