// What a small upload costs at the very least: two files written, synced and renamed, their folders synced, two commits.
import { createHash } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'

/** Does `count` uploads without any server around them, so many at a time; gives the time in ms. */
export async function bareUploads({ folder, count, parallel, files }) {
  mkdirSync(folder, { recursive: true })
  for (let at = 0; at < 256; at++) mkdirSync(join(folder, at.toString(16).padStart(2, '0')))
  const db = new DatabaseSync(join(folder, 'bare.db'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec('create table intent (name text primary key, digests text); create table map (name text primary key, digests text, event text)')
  const contents = Array.from({ length: count }, (_, at) => files(at))
  const start = performance.now()
  let next = 0
  const worker = async () => {
    while (next < count) await one(db, folder, contents[next++])
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  const time = performance.now() - start
  db.close()
  return time
}

async function one(db, folder, { name, source_map, minified_file }) {
  const contents = [source_map, minified_file].map(content => ({ content, digest: createHash('sha256').update(content).digest('hex') }))
  const digests = contents.map(each => each.digest).join(' ')
  db.prepare('insert into intent values (?, ?)').run(name, digests)
  await Promise.all(contents.map(each => keep(folder, each)))
  db.exec('begin immediate')
  db.prepare('delete from intent where name = ?').run(name)
  db.prepare('insert into map values (?, ?, ?)').run(name, digests, '{}')
  db.exec('commit')
}

async function keep(folder, { content, digest }) {
  const temporary = join(folder, `${digest}.tmp`)
  const file = await open(temporary, 'wx')
  await file.write(content)
  await file.sync()
  await file.close()
  const place = join(folder, digest.slice(0, 2))
  await rename(temporary, join(place, digest))
  const directory = await open(place)
  await directory.sync()
  await directory.close()
}
