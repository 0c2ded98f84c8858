// Fills a catalog with made-up maps straight through SQL, since a million uploads would take hours.
import { DatabaseSync } from '@photostructure/sqlite'

/**
 * Adds `count` js maps of one service and version to organization 1 of a migrated catalog; ids go on from the last one. The rows are
 * as wide as real ones: the event is a typical one of datadog-ci. Each map has two files; every fifth minified file is one of
 * `pool` that other maps have, too, as builds share files they did not change.
 */
export function seedMaps(file, { service, version, count, pool = 50_000 }) {
  const db = open(file)
  const { last } = db.prepare('select last_map_id as last from organization where number = 1').get()
  db.prepare(
    `with recursive n(i) as (select ? union all select i + 1 from n where i < ?)
     insert into source_map (organization, id, kind, size, created_at, declared_at, identity, content, uploader, repository_url, repository_commit,
       absolute_path, domain, file_name, service, version, own_size, shared_contents)
     select 1, i, 'js', 20000 + i % 1000, 1700000000000 + i, 1700000000000 + i, lower(hex(randomblob(21))), lower(hex(randomblob(21))), 'key_seeded',
       'https://github.com/acme/shop.git', lower(hex(randomblob(20))), '/assets/static/chunk-' || i || '.js', 'static.acme.example',
       'chunk-' || i || '.js', ?, ?, 5000 + i % 500 + iif(i % 5 = 0, 0, 2000), i % 5 = 0 from n`,
  ).run(last + 1, last + count, service, version)
  db.prepare(
    `insert into source_map_event (organization, id, event)
     select 1, id, json_object('cli_version', '5.25.0', 'type', 'js_sourcemap', 'service', service, 'version', version,
       'minified_url', 'https://static.acme.example' || absolute_path,
       'git_repository_url', 'https://github.com/acme/shop.git', 'git_commit_sha', repository_commit)
     from source_map where organization = 1 and id > ?`,
  ).run(last)
  seedFiles(db, last, pool)
  db.prepare('update organization set last_map_id = ?, last_map_at = ? where number = 1').run(last + count, 1700000000000 + last + count)
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

/** The digests are no real ones: nobody reads these files. */
function seedFiles(db, last, pool) {
  db.prepare(
    `insert into source_map_file (organization, id, part, file_name, digest, size)
     select 1, id, 'source_map', file_name || '.map', lower(hex(randomblob(32))), size from source_map where organization = 1 and id > ?`,
  ).run(last)
  db.prepare(
    `insert into source_map_file (organization, id, part, file_name, digest, size)
     select 1, id, 'minified_file', file_name, iif(id % 5 = 0, printf('%02xc%061x', id / 5 % ${pool} % 256, id / 5 % ${pool}), lower(hex(randomblob(32)))), 6000
     from source_map where organization = 1 and id > ?`,
  ).run(last)
}

/** Stores each content once, after all maps have been added, and lists which maps share which. */
export function seedBlobs(file) {
  const db = open(file)
  db.exec(
    `insert into blob (organization, digest, size, reference_count, generation)
     select 1, digest, min(size), count(*), 'seeded' from source_map_file where organization = 1 group by digest`,
  )
  db.exec(
    `insert into blob_copy (organization, digest, generation, codec, stored_size, state, settled)
     select 1, file.digest, 'seeded', 'brotli', iif(part = 'source_map', 5000 + file.id % 500, 2000), 'stored', 1
     from source_map_file as file where organization = 1 group by digest`,
  )
  db.exec(
    `insert into shared_content (organization, id, digest)
     select file.organization, file.id, file.digest from source_map_file as file
     cross join blob on blob.organization = file.organization and blob.digest = file.digest
     where file.organization = 1 and blob.reference_count > 1`,
  )
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

function open(file) {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN')
  return db
}
