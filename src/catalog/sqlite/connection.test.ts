import assert from 'node:assert/strict'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { Connection } from './connection.ts'
import { hasTables } from './open-transfer.ts'

const folder = mkdtempSync(join(tmpdir(), 'mapkeep-connection-'))
after(() => rmSync(folder, { recursive: true }))

describe('a file that somebody was killed in the midst of making', () => {
  test('is read as it was before, though its journal is left to be rolled back', () => {
    const file = abandoned('with-rows.db', database => database.exec('create table kept (number); insert into kept values (7)'))
    const connection = new Connection(file, 'read')
    assert.equal(JSON.stringify(connection.run('select number from kept', []).rows), '[{"number":7}]')
    connection.close()
    assert.equal(existsSync(`${file}-journal`), false)
  })

  test('has no tables when its first ones were not finished, so that a copy begins anew', async () => {
    assert.equal(await hasTables(abandoned('new.db', () => {})), false)
  })
})

/** A file with the journal of a transaction that was under way, as a kill leaves them. */
function abandoned(name: string, make: (database: InstanceType<typeof DatabaseSync>) => void): string {
  const [live, file] = [join(folder, `live-${name}`), join(folder, name)]
  const database = new DatabaseSync(live)
  make(database)
  // So small a cache that the pages are written before the transaction ends
  database.exec('pragma cache_size = 5; begin immediate; create table unfinished (bytes)')
  for (let at = 0; at < 200; at++) database.exec('insert into unfinished values (zeroblob(1000))')
  for (const end of ['', '-journal']) copyFileSync(live + end, file + end)
  database.exec('rollback')
  database.close()
  return file
}
