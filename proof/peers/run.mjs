// mapkeep beside four other programs that keep files, on this machine, in one run, with the same bytes.
//
//   npm run proof:peers [-- --seed N --rounds 5 --maps 500 --large 20 --elf 100 --tiny 500 --parallel 4 --record]
//
// Promised: figures that can be compared. Every peer is given the same files, made from the seed; they work in turns, round by round, in an
// order that changes, and each begins when the one before has come to rest and the disk is synced. What came back is compared
// with what was put, byte for byte, and a removal counts when the file is gone and its bytes are off the disk, or the run fails.
//
//   nginx       as a WebDAV store: the least a server can do with a file
//   Verdaccio   a store of packages in the same language; fetched at run time, nothing of it is run on installation
//   debuginfod  the usual server of ELF debug files; it only gives, by build id
//   SQLite      the engine of the embedded catalog, with the bytes in its rows and no server around it
//
// Jobs: put; get (ELF files by build id, which takes mapkeep two requests); remove, and then `mapkeep purge`, a process of
// its own that is started once a round, and for SQLite a vacuum.
// CPU is that of the server's processes until they are at rest, so mapkeep's compression in the background is in it; CPU of mapkeep's purge,
// too. Times are of the client, who is one process on the same machine. A peer that is not installed is named and left out.
//
// Not seen: networks, other disks, many clients, what happens at a power cut (nginx and Verdaccio answer before anything is synced: the
// column with a sync says what that is worth), memory that processes share (counted in each), the first seconds after a start.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { closingAfter } from '../shared/closing.mjs'
import { keepRecord } from '../shared/record.mjs'
import { bareRows } from './bare-rows.mjs'
import { debuginfod } from './debuginfod.mjs'
import { mapkeep } from './mapkeep.mjs'
import { measure } from './measure.mjs'
import { nginx } from './nginx.mjs'
import { lacksTable, tableOf } from './tables.mjs'
import { install, verdaccio } from './verdaccio.mjs'

const number = standard => ({ type: 'string', default: String(standard) })
const { values } = parseArgs({
  options: {
    seed: number(Math.floor(Math.random() * 2 ** 31)),
    rounds: number(5),
    maps: number(500),
    large: number(20),
    elf: number(100),
    tiny: number(500),
    parallel: number(4),
    record: { type: 'boolean' },
  },
})
const { record: _, ...sizes } = values
const { seed, rounds, maps, large, elf, tiny, parallel } = Object.fromEntries(
  Object.entries(sizes).map(([name, text]) => [name, Number(text)]),
)
const command = `npm run proof:peers -- ${Object.entries(sizes)
  .map(([name, value]) => `--${name} ${value}`)
  .join(' ')}`
const files = { title: 'source maps', kind: 'map', jobs: ['put', 'get', 'remove', 'removeAll'] }
const sets = [
  { ...files, name: 'maps', bytes: 40_000, count: maps },
  { ...files, name: 'large', bytes: 5_000_000, count: large },
  { ...files, name: 'tiny', bytes: 1_000, count: tiny },
  { name: 'elf', title: 'ELF debug files', kind: 'elf', jobs: ['put', 'get'], bytes: 1_000_000, count: elf },
]
const everybody = [mapkeep, nginx, verdaccio, debuginfod, bareRows]
const scratch = mkdtempSync(path.join(tmpdir(), 'mapkeep-peers-'))
const say = text => process.stderr.write(`${text}\n`)

await closingAfter(async t => {
  say(command)
  t.after(async () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }))
  try {
    await compare(t)
    return 0
  } catch (error) {
    say(`failed; again with: ${command}`)
    throw error
  }
})

async function compare(t) {
  if (verdaccio.missing()) await fetchVerdaccio()
  const absent = everybody.filter(peer => peer.missing?.())
  for (const peer of absent) say(`left out: ${peer.missing()}`)
  const present = everybody.filter(peer => !absent.includes(peer))
  const tables = []
  for (const set of sets.filter(({ count }) => count > 0)) {
    const peers = present.filter(peer => peer.kinds.includes(set.kind))
    say(`${set.name}: ${peers.map(({ name }) => name).join(', ')}`)
    const measured = await measure(t, { peers, set: { ...set, seed }, rounds, width: parallel, scratch })
    tables.push(tableOf({ ...measured, peers, set, width: parallel }))
  }
  const notes = absent.map(peer => `${peer.name} was left out: ${peer.missing()}`)
  keepRecord({ name: 'peers', title: 'Beside other stores', command, tables: [...tables, lacksTable(present)], notes })
}

async function fetchVerdaccio() {
  say(`fetching ${verdaccio.name}`)
  const why = await install(path.join(scratch, 'verdaccio'))
  if (why) say(`it cannot be fetched: ${why}`)
}
