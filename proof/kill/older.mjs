// A data folder as an earlier version left it: made by the earlier migrations, with the rows of today as far as there was a place for them.
import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { Migrator } from 'kysely'
import { migrations } from '../../dist/catalog/migrations/all.js'
import { openLocal } from '../../dist/catalog/sqlite/open-local.js'

/** The names of all migrations, in order. */
export const migrationNames = Object.keys(migrations)

/** Makes the catalog of a stopped server one of `count` migrations. */
export async function makeOlder(data, count) {
  const file = path.join(data, 'catalog.db')
  const older = path.join(data, 'older.db')
  await makeCatalog(older, count)
  const database = new DatabaseSync(older)
  database.exec('pragma foreign_keys = off')
  database.exec(`attach '${file}' as today`)
  const tables = database.prepare(`select name from main.sqlite_master where type = 'table' and name not like 'kysely%'`).all()
  for (const { name } of tables) copyRows(database, name)
  if (columnsOf(database, 'main', 'organization').includes('last_operation'))
    database.exec(
      'update organization set last_operation = (select coalesce(max(number), 0) from operation where organization = organization.number)',
    )
  // References were counted by files then
  if (count === 1)
    database.exec(`update blob set reference_count = (select count(*) from source_map_file as file
      where file.organization = blob.organization and file.digest = blob.digest)`)
  // All of it into the one file that takes the place of the other
  database.exec('detach today')
  database.exec('pragma wal_checkpoint(truncate)')
  database.close()
  for (const name of [file, `${file}-wal`, `${file}-shm`, `${older}-wal`, `${older}-shm`]) fs.rmSync(name, { force: true })
  fs.renameSync(older, file)
}

async function makeCatalog(file, count) {
  const { db, catalog } = openLocal(file, 'write')
  const some = Object.fromEntries(Object.entries(migrations).slice(0, count))
  const { error } = await new Migrator({ db, provider: { getMigrations: async () => some } }).migrateToLatest()
  await catalog.close()
  if (error) throw error
}

function copyRows(database, table) {
  const today = columnsOf(database, 'today', table)
  const both = columnsOf(database, 'main', table)
    .filter(column => today.includes(column))
    .join(', ')
  if (both) database.exec(`delete from main.${table}; insert into main.${table} (${both}) select ${both} from today.${table}`)
}

function columnsOf(database, schema, table) {
  return database
    .prepare(`select name from pragma_table_info('${table}', '${schema}')`)
    .all()
    .map(({ name }) => name)
}

/** How many migrations a catalog has behind it, looked at in a copy, so that it is left as the kill left it. */
export function migrationsOf(data) {
  const copy = path.join(data, 'look.db')
  for (const ending of ['', '-wal']) {
    const file = path.join(data, `catalog.db${ending}`)
    if (fs.existsSync(file)) fs.copyFileSync(file, `${copy}${ending}`)
  }
  const database = new DatabaseSync(copy)
  const { count } = database.prepare('select count(*) as count from kysely_migration').get()
  database.close()
  for (const ending of ['', '-wal', '-shm']) fs.rmSync(`${copy}${ending}`, { force: true })
  return Number(count)
}
