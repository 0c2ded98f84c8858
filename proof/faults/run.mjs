// mapkeep on a file system that fails: `npm run proof:faults` (about ten minutes; Linux with strace, best as root).
//
// Promised: a request that meets an error of the file system is answered with 500, or 503 where the disk is full, in the shape of its route
// and with nothing of the inside; what was acknowledged is never lost; what was refused has not happened, and nothing has happened by half;
// reading goes on while nothing can be written; when the errors end the server goes on, without a restart, at the first request.
//
// How: strace makes system calls of the built server end with an error (ENOSPC, EIO, EROFS, EDQUOT, EMFILE) while clients upload, delete,
// restore, undo, place holds and make keys, with purges going on in a part of the rounds, and commands back up and copy. Which call fails
// with which error is the matrix; when, and how the round ends (quietly, with a stop, with a kill, with a kill or a stop while calls still
// fail), is the seed's choice. After each round everything the clients were told is compared with what the server has, every file by its
// digest; after each stop SQLite's own check and `mapkeep fsck --verify-bytes` look at the stores. A small real file system is filled to
// the brim. The order of writes, syncs, renames, commits and answers is read from a trace of every kind of acknowledged write.
//
// What it cannot see: injected errors leave the file as it was, while a disk may have written a part of it, so torn writes are not made;
// strace counts calls for each thread, so a seed brings the same plan again, but not the same interleaving; the log may be lost to a power
// cut in other ways than the order of calls tells. A refusal says "not done", with one exception that is counted (`came back`): when the
// sync of a commit fails and the process is killed before the next commit, the next start finds that commit in the log, whole.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { startServer } from '../../test/wire/running-server.mjs'
import { seeded } from '../shared/random.mjs'
import { keepRecord } from '../shared/record.mjs'
import { hasStrace } from '../shared/trace.mjs'
import { commandCells, runBackup, runCopy, withWhen } from './commands.mjs'
import { fillDisk, mayMount } from './full-disk.mjs'
import { cells, finishRounds, openRounds, runRound } from './matrix.mjs'
import { checkOrder } from './order.mjs'
import { runSpool, spoolCells } from './spool.mjs'

const parts = ['order', 'spool', 'matrix', 'purges', 'commands', 'disk']
const impatient = { MAPKEEP_UNDO_WINDOW: '0s', MAPKEEP_PURGE_INTERVAL: '1s' }

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 32)) },
    sweeps: { type: 'string', default: '3' },
    only: { type: 'string', default: parts.join() },
    record: { type: 'boolean', default: false },
  },
})
const command = `npm run proof:faults -- --seed ${values.seed} --sweeps ${values.sweeps} --only ${values.only}`

const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-faults-')))
const rows = new Map()
const notes = []
const tables = []
try {
  if (!hasStrace) throw new Error('strace is not installed')
  for (const part of values.only.split(',')) await run(part, seeded(Number(values.seed)))
  keepRecord({
    name: 'faults',
    title: 'A file system that fails',
    command,
    tables: [matrixTable(), ...tables],
    notes,
  })
} catch (error) {
  console.error(error)
  console.error(`to see it again: ${command}`)
  process.exitCode = 1
} finally {
  fs.rmSync(folder, { recursive: true, force: true })
}

async function run(part, random) {
  console.error(part)
  if (part === 'order') await runOrder()
  else if (part === 'spool') await runSpools()
  else if (part === 'matrix') await runRounds(random, { part: 'requests', purging: false, env: {} })
  else if (part === 'purges') await runRounds(random, { part: 'requests and purges', purging: true, env: impatient })
  else if (part === 'commands') await runCommands(random)
  else if (part === 'disk') await runDisk()
  else throw new Error(`--only takes ${parts.join()}`)
}

async function runOrder() {
  const seen = await checkOrder(folder)
  tables.push({
    caption: 'Before the answer: files that are written, synced and renamed, and all syncs of files, folders and commits',
    columns: ['write', 'files', 'syncs'],
    rows: seen.map(({ work, files, syncs }) => [work, String(files), String(syncs)]),
  })
}

async function runSpools() {
  await onServer({}, async server => {
    for (const cell of spoolCells) note('upload of a large file', cell, await runSpool(server, folder, cell))
  })
}

async function runRounds(random, { part, purging, env }) {
  for (let sweep = 0; sweep < Number(values.sweeps); sweep++)
    await onServer(env, async server => {
      const state = { ...(await openRounds(server, { purging })), folder }
      for (const cell of cells(random)) {
        console.error(`  ${Object.values(cell).join(' ')}`)
        note(part, cell, await runRound(state, cell, random))
      }
      await finishRounds(state)
      const { acknowledged, found, downloads, cameBack, inspections } = state.book.figures
      notes.push(
        `${part}, sweep ${sweep + 1}: ${acknowledged} writes were acknowledged while calls failed; ${found} times an acknowledged map was found as it should be and ${downloads} files were read back by digest; ${inspections} inspections of the stopped stores found nothing; ${cameBack} refused writes came back whole after a kill.`,
      )
    })
}

async function runCommands(random) {
  await onServer({}, async server => {
    await openRounds(server)
    for (const cell of commandCells) note('backup', cell, await runBackup(server, folder, withWhen(random, cell)))
    await server.stop()
    for (const cell of commandCells) note('copy', cell, await runCopy(server, folder, withWhen(random, cell)))
  })
}

async function runDisk() {
  if (!mayMount) {
    notes.push('No small file system was filled: this user may not mount one.')
    return
  }
  const { filled, refused, freed } = await fillDisk(folder)
  notes.push(
    `A real file system of 24 MiB: ${filled} uploads filled it, ${refused} were refused with 503, reads went on, deletions and purges freed ${freed} bytes, and uploads filled that again; fsck and SQLite's check found nothing.`,
  )
}

/** A server that is there for one part, and all that belongs to it goes with it. */
async function onServer(env, work) {
  const ends = []
  const server = await startServer({ after: end => ends.push(end) }, { env })
  try {
    await work(server)
  } finally {
    for (const end of ends) await end()
  }
}

function note(part, { call, error }, { hits, answers, acknowledged, unanswered, found, inspections }) {
  const key = `${part} ${call} ${error}`
  const row = rows.get(key) ?? {
    part,
    call,
    error,
    rounds: 0,
    hits: 0,
    answers: {},
    acknowledged: 0,
    unanswered: 0,
    lost: 0,
    inspections: 0,
  }
  for (const [answer, count] of Object.entries(answers)) row.answers[answer] = (row.answers[answer] ?? 0) + count
  row.rounds++
  row.hits += hits
  row.acknowledged += acknowledged
  row.unanswered += unanswered
  row.found += found
  row.inspections += inspections
  rows.set(key, row)
}

function matrixTable() {
  return {
    caption: 'Calls that were made to fail; the first acknowledged map that is not found as it should be ends a run',
    columns: [
      'work',
      'call',
      'error',
      'rounds',
      'calls that failed',
      'answers',
      'killed before an answer',
      'acknowledged',
      'lost',
      'sound by fsck',
    ],
    rows: [...rows.values()].map(row => [
      row.part,
      row.call,
      row.error,
      ...[row.rounds, row.hits].map(String),
      Object.entries(row.answers)
        .map(([answer, count]) => `${answer}: ${count}`)
        .join(', '),
      ...[row.unanswered, row.acknowledged, row.found, row.inspections].map(String),
    ]),
  }
}
