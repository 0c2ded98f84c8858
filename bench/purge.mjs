import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DatabaseSync } from '@photostructure/sqlite'
import { readsWhenIdle, readsWhile } from './felt.mjs'
import { counted, ms, quantile, row, sideBySide, timed } from './figures.mjs'
import { scaled } from './scale.mjs'
import { seedBlobs, seedMaps } from './seed.mjs'
import { copyOf } from './seeded.mjs'
import { startServer } from './server.mjs'

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url))
const maps = scaled(10_000, 500)

/** A purge of a deletion that is due, by the command that does it now, against removing the same files and nothing else. */
export async function purge(scratch) {
  const folder = join(scratch, 'purge')
  mkdirSync(folder)
  await (await startServer(folder)).stop()
  // The start of the command is no part of the purge
  const empty = copyOf(folder, 'empty')
  seedMaps(join(folder, 'catalog.db'), { service: 'shop', version: '1.0.0', count: maps, pool: scaled(500) })
  seedMaps(join(folder, 'catalog.db'), { service: 'small', version: '1.0.0', count: 20 })
  seedBlobs(join(folder, 'catalog.db'))
  const paths = writeFiles(folder)
  const felt = await feltBeside(copyOf(folder, 'felt'))
  markDue(folder)
  const command = await timed(() => run(empty))
  const rates = await sideBySide(
    scaled(3),
    async () => {
      const ours = copyOf(folder, 'ours')
      const time = await timed(() => run(ours))
      checkPurged(ours)
      execFileSync('rm', ['-r', ours])
      return paths.length / (time - command)
    },
    async () => {
      const theirs = copyOf(folder, 'bare')
      const time = await timed(() => {
        for (const path of paths) unlinkSync(join(theirs, path))
      })
      execFileSync('rm', ['-r', theirs])
      return paths.length / time
    },
  )
  return [
    row(
      `purge of ${counted(maps)} maps (${counted(paths.length)} files), rows and all, against unlink of the same files`,
      `${(rates.ours * 1000).toFixed(0)} files/s against ${(rates.theirs * 1000).toFixed(0)} files/s`,
      { value: rates.ours / rates.theirs, atLeast: 0.5 },
    ),
    row('p99 of small reads while the command purges beside the server, against idle', `${ms(felt.during)} against ${ms(felt.idle)}`, {
      value: felt.during / felt.idle,
      atMost: 3,
    }),
  ]
}

/** The server was started when nothing was due, and does not look again for an hour. */
async function feltBeside(folder) {
  const server = await startServer(folder)
  const idle = quantile(await readsWhenIdle(server), 0.99)
  markDue(folder)
  const during = quantile(await readsWhile(server, () => run(folder)), 0.99)
  await server.stop()
  checkPurged(folder)
  execFileSync('rm', ['-r', folder])
  return { idle, during }
}

/** Small files at the places of the copies that the purge removes; gives their paths below the folder. */
function writeFiles(folder) {
  const db = new DatabaseSync(join(folder, 'catalog.db'))
  const digests = db
    .prepare('select digest from source_map_file where id <= ? except select digest from source_map_file where id > ?')
    .all(maps, maps)
  db.close()
  const paths = digests.map(({ digest }) => join('blobs', '1', digest.slice(0, 2), `${digest}-seeded.br`))
  for (const name of new Set(digests.map(({ digest }) => digest.slice(0, 2))))
    mkdirSync(join(folder, 'blobs', '1', name), { recursive: true })
  for (const path of paths) writeFileSync(join(folder, path), path)
  return paths
}

function markDue(folder) {
  const db = new DatabaseSync(join(folder, 'catalog.db'))
  const packed = Buffer.from(packed7(1).concat(packed7(maps - 1))).toString('base64')
  db.exec('BEGIN')
  db.prepare(
    `insert into operation (organization, number, kind, to_state, actor, at, undo_until, selection, count, size, members, unpurged)
     select 1, 1, 'deletion', 'deleted', 'key_seeded', 1, 2, '{"kind":"js","criteria":[]}', count(*), sum(size), ?, 1 from source_map where service = 'shop'`,
  ).run(packed)
  db.exec("update source_map set deleted_at = 1, last_operation = 1, state_version = 2 where service = 'shop'")
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

/** A purge that left something must not be measured. */
function checkPurged(folder) {
  const db = new DatabaseSync(join(folder, 'catalog.db'))
  const { purged, needless } = db
    .prepare(
      `select (select count(*) from source_map where purged_at is not null) as purged,
         (select count(*) from blob_copy where digest not in (select digest from source_map_file where id > ?)) as needless`,
    )
    .get(maps)
  db.close()
  const files = readdirSync(join(folder, 'blobs', '1'), { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  if (purged !== maps || needless > 0 || files.length > 0)
    throw new Error(`the purge took ${purged} of ${maps} maps and left ${needless} copies and ${files.length} files`)
}

/** A number seven bits at a time, lowest first, as member lists hold it. */
function packed7(number) {
  const bytes = []
  let rest = number
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128)
  return [...bytes, rest]
}

function run(folder) {
  const child = spawn(process.execPath, [main, 'purge', '--data', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`mapkeep purge ended with ${code}`))))
  })
}
