// What the proof with power cuts takes for the disk of a machine that lost its power, and that it finds whoever forgets a sync.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { campaign } from '../../proof/kill/campaign.mjs'
import { powerCut, readTree, recorder } from '../../proof/kill/power-cut.mjs'
import { counted } from '../../proof/kill/tally.mjs'
import { hasStrace } from '../../proof/shared/trace.mjs'

const seed = Number(process.env.MAPKEEP_TEST_SEED ?? Math.floor(Math.random() * 1e9))

describe('after the power was cut', { skip: hasStrace ? false : 'needs strace' }, () => {
  const places = []
  after(() => Promise.all(places.map(place => fs.rm(place, { recursive: true, force: true }))))

  /** Runs lines of a program in a folder with the file `old`, and gives what may be there afterwards, by name, with the worst or the best of luck. */
  async function left(lines, { luck = 'worst', isSynced } = {}) {
    const place = await fs.mkdtemp(path.join(os.tmpdir(), 'mapkeep-power-'))
    places.push(place)
    const [folder, program, log] = ['disk', 'program.mjs', 'log'].map(name => path.join(place, name))
    await fs.mkdir(folder)
    await fs.writeFile(path.join(folder, 'old'), 'old bytes')
    await fs.writeFile(
      program,
      `import fs from 'node:fs'
       const [open, write, sync, rename, mkdir, remove] = [fs.openSync, fs.writeSync, fs.fsyncSync, fs.renameSync, fs.mkdirSync, fs.unlinkSync]
       const at = name => ${JSON.stringify(`${folder}/`)} + name
       const syncFolder = name => sync(open(at(name)))
       ${lines}`,
    )
    const before = await readTree(folder)
    const [command, ...args] = [...recorder(log), process.execPath, program]
    const { status, stderr } = spawnSync(command, args)
    assert.equal(status, 0, String(stderr))
    await powerCut({ folder, before, log, random: () => (luck === 'worst' ? 0 : 0.999), isSynced })
    const tree = await readTree(folder)
    return Object.fromEntries([...tree].map(([name, bytes]) => [path.relative(folder, name), bytes?.toString()]))
  }

  test('bytes are there that were synced under a name that was synced, and no others', async () => {
    const file = "const file = open(at('new'), 'w'); write(file, 'one'); "
    assert.deepEqual(await left(`${file} sync(file); syncFolder(''); write(file, 'two')`), { old: 'old bytes', new: 'one' })
    assert.deepEqual(await left(`${file} syncFolder('')`), { old: 'old bytes', new: '' })
    assert.deepEqual(await left(`${file} sync(file)`), { old: 'old bytes' })
    assert.deepEqual(await left(file, { luck: 'best' }), { old: 'old bytes', new: 'one' })
    assert.deepEqual(await left(`${file} sync(file); syncFolder('')`, { isSynced: false }), { old: 'old bytes' })
  })

  test('a sync counts only for what was done before it', async () => {
    const lines = "const file = open(at('old'), 'r+'); sync(file); write(file, 'NEW')"
    assert.deepEqual(await left(lines), { old: 'old bytes' })
    assert.deepEqual(await left(`${lines}; sync(file)`), { old: 'NEW bytes' })
  })

  test('a new name and the old one are never both away', async () => {
    const lines = "rename(at('old'), at('other')); "
    assert.deepEqual(await left(lines), { old: 'old bytes' })
    assert.deepEqual(await left(`${lines} syncFolder('')`), { other: 'old bytes' })
    assert.deepEqual(await left("remove(at('old'))"), { old: 'old bytes' })
    assert.deepEqual(await left("remove(at('old')); syncFolder('')"), {})
  })

  test('what is in a folder is gone with it', async () => {
    const lines = "mkdir(at('deep')); const file = open(at('deep/new'), 'w'); write(file, 'one'); sync(file); syncFolder('deep'); "
    assert.deepEqual(await left(lines), { old: 'old bytes' })
    assert.deepEqual(await left(`${lines} syncFolder('')`), { old: 'old bytes', deep: undefined, 'deep/new': 'one' })
  })

  test('bytes may be cut off, and written at their place', async () => {
    const lines = "const file = open(at('old'), 'r+'); fs.ftruncateSync(file, 3); write(file, Buffer.from('12345'), 0, 5, 6); "
    assert.deepEqual(await left(`${lines} sync(file)`), { old: 'old\0\0\x0012345' })
    assert.deepEqual(await left(lines), { old: 'old bytes' })
  })

  test('nothing is missing that was answered, and nothing is half done', { timeout: 600_000 }, async t => {
    const { tally, violations } = await cutPower(t, { rounds: 4, perLife: 2 })
    assert.deepEqual(
      violations.map(({ error }) => error.stack),
      [],
    )
    assert.ok(counted(tally, 'power: cuts') >= 4)
  })

  test('a server that syncs nothing is found out', { timeout: 600_000 }, async t => {
    const { violations } = await cutPower(t, { rounds: 16, perLife: 8, isSynced: false })
    assert.ok(violations.length > 0)
  })
})

function cutPower(t, order) {
  t.diagnostic(`seed ${seed}`)
  return campaign(t, { stores: 'power', seed, lanes: 2, told: () => {}, ...order })
}
