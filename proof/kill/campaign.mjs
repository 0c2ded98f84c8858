// Lives of installations, some at the same time, until so many rounds are over.
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { below, seeded } from '../shared/random.mjs'
import { clusterInstallation } from './cluster.mjs'
import * as clusterForms from './cluster-forms.mjs'
import { embeddedInstallation } from './embedded.mjs'
import * as embeddedForms from './forms.mjs'
import { abandon, finish, newLife } from './life.mjs'
import { migration } from './migration.mjs'
import { poweredInstallation } from './powered.mjs'
import { count, newTally } from './tally.mjs'

/** What is killed, and how many rounds of a hundred are of that form. */
export const mixes = {
  embedded: { server: 66, purge: 10, start: 9, backup: 7, copy: 5, migration: 3 },
  power: { server: 70, purge: 15, start: 15 },
  cluster: { oneNode: 35, twoNodes: 20, allNodes: 20, oneByOne: 15, purging: 10 },
}

const forms = { embedded: { ...embeddedForms, migration }, power: embeddedForms, cluster: clusterForms }

const installations = { embedded: embeddedInstallation, power: poweredInstallation, cluster: clusterInstallation }

/**
 * Runs `rounds`, of which `perLife` are one installation's; gives the tally and the violations. Life number n has the seed `seed` + n, so that
 * it can be lived again alone. `place` is where a cluster's stores are, `isSynced: false` a disk that
 * takes syncs for nothing when the power is cut.
 */
export async function campaign(
  t,
  { seed, rounds, perLife, lanes, stores, mix = mixes[stores], place, isSynced = true, told, keep = false },
) {
  const root = await fs.mkdtemp(path.join(os.tmpdir(), 'mapkeep-kill-'))
  const run = { tally: newTally(), violations: [], current: new Set(), isOver: false, root, stores, mix, place, isSynced, told, keep }
  t.after(async () => {
    run.isOver = true
    await Promise.all([...run.current].map(abandon))
    if (!keep || run.violations.length === 0) await fs.rm(root, { recursive: true, force: true, maxRetries: 3 })
  })
  const lives = Array.from({ length: Math.ceil(rounds / perLife) }, (_, at) => ({
    seed: seed + at,
    rounds: Math.min(perLife, rounds - at * perLife),
  }))
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (let next = lives.shift(); next && !run.isOver; next = lives.shift()) await liveWhole(run, next)
    }),
  )
  return { tally: run.tally, violations: run.violations }
}

async function liveWhole(run, { seed, rounds }) {
  const { root, tally, told } = run
  const random = seeded(seed)
  const folder = await fs.mkdtemp(path.join(root, `${seed}-`))
  const installation = await installations[run.stores]({ ...run, folder, random })
  const life = newLife({ installation, tally, random, seed })
  run.current.add(life)
  try {
    for (const form of deal(run.mix, rounds, random)) {
      if (run.isOver) return
      await oneRound(run, life, form)
    }
    await finish(life)
    told(`life ${seed}: ${rounds} rounds, emptied`)
  } catch (error) {
    if (run.isOver) return
    run.violations.push({ seed, rounds, round: life.round, form: life.form, error, folder, log: installation.log.slice(-2000) })
    told(`life ${seed}, round ${life.round} (${life.form}): ${error.stack}`)
  } finally {
    await abandon(life)
    run.current.delete(life)
    if (!run.keep) await fs.rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function oneRound({ tally, stores, told }, life, form) {
  const began = performance.now()
  life.form = form
  await forms[stores][form](life)
  count(tally, `rounds: ${form}`)
  count(tally, `milliseconds: ${form}`, Math.round(performance.now() - began))
  told(`life ${life.seed}, round ${life.round}: ${form}, ${Math.round(performance.now() - began)} ms`)
  life.round++
}

/** As many of each form as its share of the rounds is, one of each at least where there is room, in a random order. */
function deal(mix, rounds, random) {
  const shares = Object.entries(mix)
  const all = shares.reduce((sum, [, share]) => sum + share, 0)
  const [most] = shares.reduce((one, other) => (other[1] > one[1] ? other : one))
  const few = shares.flatMap(([form, share]) => Array(form === most ? 0 : Math.max(1, Math.round((share * rounds) / all))).fill(form))
  const deck = [...few.slice(0, rounds), ...Array(Math.max(0, rounds - few.length)).fill(most)]
  for (let at = deck.length - 1; at > 0; at--) {
    const other = below(random, at + 1)
    ;[deck[at], deck[other]] = [deck[other], deck[at]]
  }
  return deck
}
