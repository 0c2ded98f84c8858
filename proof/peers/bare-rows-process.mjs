// Rows and bytes in SQLite with nothing around them: the floor under everything that keeps its catalog in it.
import { DatabaseSync } from '@photostructure/sqlite'
import { fileOf } from './contents.mjs'

const db = new DatabaseSync(process.argv[2])
db.exec('pragma journal_mode = wal; pragma synchronous = full')
db.exec('create table map (name text primary key, service text, version text, size integer, created_at integer, content blob)')
const insert = db.prepare('insert into map values (?, ?, ?, ?, ?, ?)')
const select = db.prepare('select * from map where name = ?')
const remove = db.prepare('delete from map where name = ?')

const jobs = {
  put: ({ name, bytes }) => insert.run(name, 'proof', '1.0.0', bytes.length, Date.now(), bytes),
  get: ({ name, bytes }) => {
    const row = select.get(name)
    if (!row || !bytes.equals(row.content)) throw new Error(`${name} is not what was put`)
  },
  remove: ({ name }) => {
    if (remove.run(name).changes !== 1) throw new Error(`${name} was not there`)
  },
}

/** Pages of removed rows stay in the file until it is written anew. */
function free() {
  db.exec('vacuum; pragma wal_checkpoint(truncate)')
  return {}
}

function round({ job, set, from, to }) {
  const files = Array.from({ length: to - from }, (_, at) => fileOf(set, from + at))
  const start = performance.now()
  const latencies = files.map(file => {
    const begun = performance.now()
    jobs[job](file)
    return performance.now() - begun
  })
  return { time: performance.now() - start, latencies }
}

process.on('message', work => {
  try {
    process.send(work.job === 'free' ? free() : round(work))
  } catch (error) {
    process.send({ failed: error.stack })
  }
})
process.send({ ready: true })
