// What must hold of a store that nobody works on.
import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { mapkeep } from '../../test/wire/running-server.mjs'

/** Of a stopped server's stores: the database is whole by its own check, and rows and bytes agree to the last byte. */
export async function checkSound(server) {
  checkDatabase(path.join(server.data, 'catalog.db'))
  await mapkeep(server, 'fsck', '--verify-bytes')
}

/** A database file by its own check. */
export function checkDatabase(file) {
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    const found = database.prepare('PRAGMA integrity_check').all()
    assert.deepEqual(found.flatMap(Object.values), ['ok'], 'the database is damaged')
    assert.equal(database.prepare('PRAGMA foreign_key_check').all().length, 0, 'rows point to rows that are not there')
  } finally {
    database.close()
  }
}
