// What is killed, and when. Every form begins and ends with a server that is dead.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { below } from '../shared/random.mjs'
import { checkCopy, checkPromises } from './check.mjs'
import { assertQuiet, begin, checkStores, prepareForPurge, strike, traffic } from './life.mjs'
import { count } from './tally.mjs'
import { readMap } from './traffic.mjs'

/** The server, under traffic. */
export async function server(life) {
  await begin(life)
  await strike(life)
}

/** The server while it purges, or `mapkeep purge` beside it. */
export async function purge(life) {
  const { installation, random } = life
  const byCommand = random() < 0.5 && !installation.isAlone
  await begin(life, { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: byCommand ? 'off' : '1s' })
  await prepareForPurge(life)
  const before = (await installation.storedDigests()).length
  await traffic(life, async after => {
    await (byCommand ? installation.killCommand('purge', ['purge']) : untilFewer(installation, before))
    await Promise.race([after(10), sleep(random() * 30)])
    await installation.kill()
  })
  if (random() < 0.7) await installation.passTime()
}

/** Waits until bytes go, but not for long: they may have gone already. */
async function untilFewer({ storedDigests }, before) {
  for (let looks = 0; looks < 300; looks++) {
    if ((await storedDigests()).length < before) return
    await sleep(5)
  }
}

/** The server while it starts, once or twice. */
export async function start(life) {
  const { installation, random } = life
  for (let kills = 1 + below(random, 2); kills > 0; kills--) await installation.killStart({ MAPKEEP_UNDO_WINDOW: '0s' })
  await server(life)
}

/** `mapkeep backup` beside the server under traffic. Run again when nobody writes, what it restores to is what was promised. */
export async function backup(life) {
  const { installation, random, tally } = life
  const folder = path.join(installation.folder, 'backup')
  const restored = path.join(installation.folder, 'restored')
  const isBegun = () => existsSync(path.join(folder, 'catalog.scratch.db'))
  await begin(life)
  await traffic(life, async () => {
    for (let kills = 1 + below(random, 2); kills > 0; kills--)
      await installation.killCommand('backup', ['backup', folder], { begun: isBegun })
  })
  await checkPromises(life)
  await done(installation, 'backup', 'backup', folder)
  await done(installation, 'restore', 'restore-backup', folder, '--data', restored)
  await installation.kill()
  await compareWith(life, restored)
  await fs.rm(restored, { recursive: true })
  if (random() < 0.5) await fs.rm(folder, { recursive: true })
  count(tally, 'checked: restored backups')
}

/** `mapkeep copy` of a server that only reads, once to three times. Gone on with to its end, it is what was promised, and may take over. */
export async function copy(life) {
  const { installation, random, tally } = life
  const target = path.join(installation.folder, `copy-${life.round}`)
  const to = ['--to-database', `sqlite:${target}/catalog.db`, '--to-blobs', `file:${target}/blobs`]
  const isBegun = () => existsSync(path.join(target, 'catalog.db'))
  // What was under way is cleared up first: what only reads does not
  await begin(life)
  await installation.kill()
  await installation.start({ MAPKEEP_READ_ONLY: 'on' })
  await checkPromises(life)
  let isDone = false
  for (let kills = 1 + below(random, 3); kills > 0 && !isDone; kills--)
    isDone = !(await installation.killCommand('copy', ['copy', ...to], { begun: isBegun }))
  const { code, output } = await installation.command('copy', ...to)
  assert.ok(code === 0 || /is finished/.test(output), `copy ended with ${code}: ${output}`)
  await installation.kill()
  await compareWith(life, target)
  const [stays, goes] = random() < 0.5 ? [target, installation.data] : [installation.data, target]
  await fs.rm(goes, { recursive: true })
  installation.data = stays
  count(tally, 'checked: copies')
  await server(life)
}

/** Runs a command that must succeed, and notes how long it took. */
async function done(installation, name, ...args) {
  const began = performance.now()
  const { code, output } = await installation.command(...args)
  assert.equal(code, 0, `${args[0]} ended with ${code}: ${output}`)
  installation.took[name] = performance.now() - began
}

/** Another data folder must hold everything, to the last byte. */
async function compareWith(life, folder) {
  const { installation, model } = life
  await checkStores(life, { isFull: true, args: ['--data', folder] })
  await installation.start({ MAPKEEP_READ_ONLY: 'on' }, folder)
  await checkCopy(life)
  for (const map of model.maps.values()) if (map.state === 'live') await readMap(life, map)
  assertQuiet(installation)
  await installation.kill()
}
