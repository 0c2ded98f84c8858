// Promised: whatever is killed at whatever moment, nothing that was answered is lost, and nothing is ever seen half done.
//
//   npm run proof:kill -- --rounds 1000                          embedded: SQLite and files
//   npm run proof:kill -- --stores cluster --rounds 200          three nodes on one Postgres and one bucket
//   npm run proof:kill -- --power-cuts --rounds 100              embedded, and what was not synced is lost; wants strace
//   npm run proof:kill -- --seed 7 --rounds 50 --lanes 1         one installation again
//   npm run proof:kill -- --record --as kill-again               a record beside that of an earlier run
//
// How it is checked: workers send the built server random requests, some at the same time: uploads of few contents that many maps share and of
// contents of their own, repeats and twins, deletions by filter, by id and by plan, plans that are stale or asked for twice at once, restorations,
// undos and undos of these, whole and partial, holds; many with a name (Idempotency-Key), and repeated. A model foretells each answer. Then
// SIGKILL, and on the next start all of it is compared: state, operation and undo time of every map; every operation, numbered without a gap; every hold; the
// audit trail, each thing once. What nobody answered must be done wholly or not at all (an operation has exactly the maps that it should have);
// asked for once more by its name or plan it tells what was done, or does it now. No map is purged before the time promised with its deletion, none that a
// hold was seen to keep, none twice. Files are read back by digest, some each round, all every ten; `mapkeep fsck` finds nothing beside the server, and after a
// kill only what was under way; no temporary file outlives a start; the stored contents are those that maps need; no server logs an error.
// Each installation ends after some rounds: everything is deleted and purged, and then no stored byte may be left.
//
// What is killed: the server under traffic (most rounds), while it purges, while it starts, while it brings a catalog of each earlier schema up
// to date; `mapkeep purge`; `mapkeep backup` (repeated and restored it must be what the server has); `mapkeep copy` (gone on with it must be the same, and
// half of the time it takes over). Of a cluster one node, two, all, one after another; what a dead one did not answer is asked of another.
//
// With power cuts the server runs under strace, which writes down what it does to its folder. After the kill the folder is what a disk may
// hold then (power-cut.mjs): what was synced, and of the rest all, nothing or any part, in any order, writes torn between sectors. Nobody else works
// on the folder meanwhile, so backups, copies and commands are not in these rounds; `fsck` looks at each folder that is left before the next start.
//
// What it cannot see: without power cuts the loss of what the operating system had not written; disks that lie about syncs or damage what they
// do not write; a kill in the middle of one system call. Requests of the same seed are the same, their interleaving with each other and with the kill is not.
// Claims of dead commands and nodes, which run out after a minute, are ended by hand while nothing runs; the clock is not moved otherwise.

import { clusterMissing, startStores } from '../../test/cluster/stores.mjs'
import { closingAfter } from '../shared/closing.mjs'
import { flag } from '../shared/flags.mjs'
import { keepRecord } from '../shared/record.mjs'
import { hasStrace } from '../shared/trace.mjs'
import { campaign, mixes } from './campaign.mjs'
import { counted, rowsOf } from './tally.mjs'

const stores = process.argv.includes('--power-cuts') ? 'power' : flag('stores', 'embedded')
const order = {
  stores,
  seed: Number(flag('seed', Math.floor(Math.random() * 1e9))),
  rounds: Number(flag('rounds', stores === 'cluster' ? 20 : 100)),
  perLife: Number(flag('per-life', 50)),
  lanes: Number(flag('lanes', stores === 'cluster' ? 1 : 2)),
  keep: process.argv.includes('--keep'),
  told: text => console.error(text),
}
const wanted = flag('forms')?.split(',')

const straceMissing = () => (hasStrace ? undefined : 'power cuts want strace')

const titles = {
  embedded: 'Killing the server at random moments',
  power: 'Cutting the power at random moments',
  cluster: 'Killing nodes of a cluster at random moments',
}

await closingAfter(async t => {
  if (!mixes[stores]) return refuse(`--stores knows embedded and cluster, not ${stores}`)
  const strange = wanted?.find(form => !(form in mixes[stores]))
  if (strange) return refuse(`--forms knows ${Object.keys(mixes[stores]).join(', ')}, not ${strange}`)
  const missing = { cluster: clusterMissing, power: straceMissing }[stores]?.()
  if (missing) return refuse(missing)
  console.error(`seed ${order.seed}`)
  const began = performance.now()
  const started = stores === 'cluster' ? await startStores() : undefined
  if (started) t.after(started.stop)
  const mix = wanted && Object.fromEntries(wanted.map(form => [form, mixes[stores][form]]))
  const { tally, violations } = await campaign(t, { ...order, ...(mix ? { mix } : {}), place: started?.place })
  report(tally, violations, (performance.now() - began) / 1000)
  return violations.length > 0 ? 1 : 0
})

function refuse(why) {
  console.error(why)
  return 1
}

function report(tally, violations, seconds) {
  const rounds = rowsOf(tally, 'rounds').map(([form, number]) => [form, number, msEach(tally, form)])
  const sorts = ['upload', 'deletion', 'restoration', 'undo', 'hold', 'release']
  const doubts = sorts.map(sort => [sort, ...['in doubt', 'done', 'not done'].map(group => String(counted(tally, `${group}: ${sort}`)))])
  const all = violations.length === 0 ? 'no violation' : `${violations.length} violations`
  keepRecord({
    name: flag('as', { embedded: 'kill', power: 'kill-power', cluster: 'kill-cluster' }[stores]),
    title: `${titles[stores]}${flag('as') ? `, from seed ${order.seed}` : ''}`,
    command: ['npm run proof:kill', '--', '--seed', order.seed, ...process.argv.slice(2).filter(isKept)].join(' '),
    tables: [
      { caption: 'Rounds by what was killed', columns: ['killed', 'rounds', 'ms each'], rows: rounds },
      { caption: 'Processes killed', columns: ['process', 'kills'], rows: rowsOf(tally, 'kills') },
      { caption: 'Requests answered', columns: ['request', 'answers'], rows: rowsOf(tally, 'answered') },
      { caption: 'Requests that a kill left without an answer', columns: ['request', 'in doubt', 'were done', 'were not'], rows: doubts },
      { caption: 'Asked for again', columns: ['request', 'times'], rows: rowsOf(tally, 'asked again') },
      { caption: 'Checked', columns: ['what', 'times'], rows: checksOf(tally) },
    ],
    notes: [
      `${seconds.toFixed(0)} s, ${order.lanes} installations at a time; seed ${order.seed}; ${all}.`,
      ...violations.map(
        ({ seed, round, form, error }) => `Installation ${seed}, round ${round} (${form}): ${error.message.split('\n')[0]}`,
      ),
    ],
  })
  for (const violation of violations) tell(violation)
}

function msEach(tally, form) {
  return (counted(tally, `milliseconds: ${form}`) / counted(tally, `rounds: ${form}`)).toFixed(0)
}

function checksOf(tally) {
  const number = value => value.toLocaleString('en')
  const [catalogs, fsck] = ['catalogs after a kill in their migration', 'fsck runs']
  return [
    ['starts', number(counted(tally, 'starts'))],
    ['starts after which everything was compared', number(counted(tally, 'checks after a start'))],
    ...rowsOf(tally, 'checked'),
    ['bytes read back', number(tally.bytes)],
    ...rowsOf(tally, fsck).map(([how, times]) => [`fsck ${how}`, times]),
    ...rowsOf(tally, catalogs).map(([how, times]) => [`catalogs killed in their migration, afterwards ${how}`, times]),
    ['installations emptied to the last byte', number(counted(tally, 'installations emptied'))],
    ['bytes they had before', number(counted(tally, 'bytes on disk before the last purge'))],
    ...rowsOf(tally, 'power'),
  ]
}

function isKept(text, at, all) {
  return !['--record', '--keep', '--seed'].includes(text) && all[at - 1] !== '--seed'
}

function tell({ seed, rounds, round, form, error, folder, log }) {
  console.error(`\nround ${round} (${form}): ${error.stack}${log ? `\nthe server said last:\n${log}` : ''}`)
  if (order.keep) console.error(`what it left is in ${folder}`)
  const choice = [{ power: '--power-cuts', cluster: '--stores cluster' }[stores] ?? '', wanted ? `--forms ${wanted}` : '']
    .filter(Boolean)
    .join(' ')
  console.error(`again: npm run proof:kill -- --seed ${seed} --rounds ${rounds} --per-life ${rounds} --lanes 1 ${choice}`)
}
