// The rounds of the matrix: in each, one system call fails with one error while clients work on a server.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { download } from '../../test/wire/api.mjs'
import { settles, storedDigests, temporaryFiles } from '../../test/wire/stored-files.mjs'
import { below, oneOf } from '../shared/random.mjs'
import { audit, createBook, filesDigests } from './book.mjs'
import { inject } from './inject.mjs'
import { checkRefusal } from './refusals.mjs'
import { checkSound } from './soundness.mjs'
import { expectOk, readRelease, seeded, works, worksBesidePurges } from './works.mjs'

/**
 * Calls that touch nothing but files in a server that is ready: writes to the catalog and what the database sorts, syncs of files and
 * folders, and all that has to do with names. Plain writes are also the way to sockets, so writes to blobs have a part of their own.
 */
const errorsOf = {
  pwrite64: ['ENOSPC', 'EIO', 'EROFS', 'EDQUOT'],
  fsync: ['EIO', 'ENOSPC', 'EROFS'],
  rename: ['ENOSPC', 'EIO', 'EROFS'],
  openat: ['ENOSPC', 'EIO', 'EROFS', 'EMFILE'],
  mkdir: ['ENOSPC', 'EIO', 'EROFS'],
  unlink: ['EIO', 'EROFS'],
  ftruncate: ['EIO', 'EROFS', 'ENOSPC'],
  pread64: ['EIO'],
}

/** In strace's words: which calls of each thread fail. */
const whens = ['1+', '1+', '1', '2', '3', '2+', '4+', '1+2', '2+3']

const ends = ['end', 'end', 'stop', 'kill', 'kill before the end', 'stop before the end']

/** Reading needs these itself. */
const reads = ['openat', 'pread64']

/** All cells of the matrix in an order of the seed; how and when they fail is the seed's choice, too. */
export function cells(random, { calls = Object.keys(errorsOf) } = {}) {
  const all = calls.flatMap(call => errorsOf[call].map(error => ({ call, error })))
  for (let at = all.length - 1; at > 0; at--) {
    const other = below(random, at + 1)
    ;[all[at], all[other]] = [all[other], all[at]]
  }
  return all.map(cell => ({ ...cell, when: oneOf(random, whens), end: endOf(random, cell) }))
}

/** A ready server cuts a file only when it ends. */
const endOf = (random, { call }) => (call === 'ftruncate' ? 'stop before the end' : oneOf(random, ends))

/** A server with a release that is only read, and the book of what its clients were told. */
export async function openRounds(server, { purging = false } = {}) {
  const book = { ...createBook(), purging }
  const witness = await seeded({ server, book, name: 'witness', maps: 2 })
  return { server, book, witness, purging, rounds: 0 }
}

/** One round; gives what was answered. Throws when a promise is broken. */
export async function runRound(state, cell, random) {
  const { server, book } = state
  const names = shuffled(random, state.purging ? worksBesidePurges : Object.keys(works))
  const round = ++state.rounds
  const jobs = []
  for (const [at, work] of names.entries()) jobs.push({ work, ...(await works[work]({ server, book, name: `r${round}w${at}` })) })
  const injection = await inject({ pid: server.nodes[0].pid, folder: state.folder, calls: cell.call, error: cell.error, when: cell.when })
  const tally = { hits: 0, answers: {}, acknowledged: 0, unanswered: 0 }
  const reading = reads.includes(cell.call) ? undefined : keepReading(state)
  const asking = askAll(state, jobs, tally)
  if (cell.end === 'kill before the end') {
    await sleep(below(random, 300))
    void reading?.stop()
    await server.kill()
  }
  await asking
  await reading?.stop()
  // How it ends then is its own affair: what counts is what the next start finds
  if (cell.end === 'stop before the end') await server.stop()
  const hits = await injection.end()
  tally.hits = hits.length
  await finish(state, cell, { hits, jobs })
  tally.inspections = cell.end === 'stop' ? 1 : 0
  tally.found = await audit(server, book, ['witness', ...[...book.releases.keys()].filter(name => name.startsWith(`r${round}w`))])
  return tally
}

/** Three clients share the jobs. */
async function askAll({ server, book }, jobs, tally) {
  const queue = jobs.values()
  const client = async () => {
    for (const job of queue) await askOne({ server, book }, job, tally)
  }
  await Promise.all([client(), client(), client()])
}

async function askOne({ server, book }, job, tally) {
  let answer
  try {
    answer = await job.ask(server)
  } catch {
    // No answer: the server was killed
    job.unknown()
    tally.unanswered++
    return
  }
  tally.answers[answer.status] = (tally.answers[answer.status] ?? 0) + 1
  if (answer.status < 300) {
    job.acknowledged(answer)
    tally.acknowledged++
    book.figures.acknowledged++
    return
  }
  checkRefusal(job.work, answer)
  job.refused = true
}

/** Reads of what nobody changes must go on whatever cannot be written. */
function keepReading({ server, witness }) {
  let stopped = false
  const [[id]] = witness.maps
  const reading = (async () => {
    while (!stopped) {
      for (const ask of [() => readRelease(server, 'witness'), () => download(server, id, 'source_map')]) {
        const answer = await ask().catch(error => {
          if (!stopped) throw error
        })
        if (answer && !stopped) assert.equal(answer.status, 200, `a read was answered with ${answer.status} ${answer.text}`)
      }
      await sleep(5)
    }
  })()
  reading.catch(() => {})
  return {
    stop: () => {
      stopped = true
      return reading
    },
  }
}

/**
 * How a round ends. Nothing is unknown of a refusal, but for one case: the frames of a commit whose sync failed lie in the write-ahead
 * log until the next commit overwrites them; a process that is killed before finds them at its next start, and they count.
 */
async function finish({ server, book }, { end }, { hits, jobs }) {
  if (end === 'stop before the end') return server.restart()
  if (end.startsWith('kill')) {
    if (hits.some(call => call.name === 'fsync' && call.path.endsWith('-wal'))) for (const job of jobs) if (job.refused) job.unknown()
    await server.kill()
    return server.restart()
  }
  // Without a restart, at the first attempt
  const probe = await works['upload of new bytes']({ server, book, name: `after ${book.releases.size}` })
  probe.acknowledged(expectOk(await probe.ask(server)))
  if (end === 'stop') await restartSound({ server, book })
}

/** Stops a server, looks at its stores, starts it again. */
async function restartSound({ server, book }) {
  assert.equal(await server.stop(), 0, 'the server stops cleanly')
  await checkSound(server)
  book.figures.inspections++
  await server.restart()
}

/** Whether everything of the book is still so after a start that nothing disturbs, and the stores are sound. */
export async function finishRounds({ server, book, purging }) {
  await audit(server, book)
  if (purging) await settles(() => checkPurged({ server, book }))
  await settles(async () => assert.deepEqual(await temporaryFiles(server), []))
  await restartSound({ server, book })
  await audit(server, book)
}

/** Whatever was deleted is purged, and exactly the bytes that live maps need are stored. */
async function checkPurged({ server, book }) {
  await audit(server, book)
  const releases = [...book.releases.values()]
  assert.ok(
    releases.every(({ modes }) => !modes.has('deleted')),
    'what was deleted is purged',
  )
  const needed = new Set(releases.filter(({ modes }) => modes.has('live')).flatMap(filesDigests))
  assert.deepEqual(await storedDigests(server), [...needed].sort())
}

function shuffled(random, list) {
  return list
    .map(item => [random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item)
}
