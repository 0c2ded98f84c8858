// Fills a catalog with made-up maps straight through SQL, since a million uploads would take hours.
import { DatabaseSync } from '@photostructure/sqlite'

/**
 * Adds `count` js maps of one service and version to organization 1 of a migrated catalog; ids go on from the last one.
 * The rows are as wide as real ones: the event is a typical one of datadog-ci.
 */
export function seedMaps(file, { service, version, count }) {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144; BEGIN')
  const { last } = db.prepare('select last_map_id as last from organization where number = 1').get()
  db.prepare(
    `with recursive n(i) as (select ? union all select i + 1 from n where i < ?)
     insert into source_map (organization, id, kind, size, created_at, declared_at, identity, content, uploader, repository_url, repository_commit,
       absolute_path, domain, file_name, service, version)
     select 1, i, 'js', 20000 + i % 1000, 1700000000000 + i, 1700000000000 + i, lower(hex(randomblob(21))), lower(hex(randomblob(21))), 'key_seeded',
       'https://github.com/acme/shop.git', lower(hex(randomblob(20))), '/assets/static/chunk-' || i || '.js', 'static.acme.example',
       'chunk-' || i || '.js', ?, ? from n`,
  ).run(last + 1, last + count, service, version)
  db.prepare(
    `insert into source_map_event (organization, id, event)
     select 1, id, json_object('cli_version', '5.25.0', 'type', 'js_sourcemap', 'service', service, 'version', version,
       'minified_url', 'https://static.acme.example' || absolute_path,
       'git_repository_url', 'https://github.com/acme/shop.git', 'git_commit_sha', repository_commit)
     from source_map where organization = 1 and id > ?`,
  ).run(last)
  db.prepare('update organization set last_map_id = ?, last_map_at = ? where number = 1').run(last + count, 1700000000000 + last + count)
  db.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}
