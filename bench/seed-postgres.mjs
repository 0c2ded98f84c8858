// Fills a Postgres catalog with the same made-up maps that `seed.mjs` makes for SQLite.
import pg from 'pg'

/** Adds releases to organization 1 of a migrated catalog; ids go on from the last one. */
export async function seedPostgres(url, releases) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('set synchronous_commit = off')
    await client.query("set work_mem = '256MB'")
    for (const release of releases) await seedRelease(client, release)
    await seedBlobs(client)
    await client.query('analyze')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

async function seedRelease(client, { service, version, count, pool = 50_000 }) {
  const { rows } = await client.query('select last_map_id as last from organization where number = 1')
  const last = Number(rows[0].last)
  const range = [last + 1, last + count]
  await client.query(
    `insert into source_map (organization, id, kind, size, created_at, declared_at, identity, content, uploader, repository_url, repository_commit,
       absolute_path, domain, file_name, service, version, own_size, shared_contents)
     select 1, i, 'js', 20000 + i % 1000, 1700000000000 + i, 1700000000000 + i, md5(i::text || 'identity'), md5(i::text || 'content'), 'key_seeded',
       'https://github.com/acme/shop.git', left(md5(i::text) || md5(i::text || 'x'), 40), '/assets/static/chunk-' || i || '.js', 'static.acme.example',
       'chunk-' || i || '.js', $3, $4, 5000 + i % 500 + case when i % 5 = 0 then 0 else 2000 end, (i % 5 = 0)::int from generate_series($1::bigint, $2::bigint) as i`,
    [...range, service, version],
  )
  await client.query(
    `insert into source_map_event (organization, id, event)
     select 1, id, json_build_object('cli_version', '5.25.0', 'type', 'js_sourcemap', 'service', service, 'version', version,
       'minified_url', 'https://static.acme.example' || absolute_path,
       'git_repository_url', 'https://github.com/acme/shop.git', 'git_commit_sha', repository_commit)::text
     from source_map where organization = 1 and id between $1 and $2`,
    range,
  )
  for (const [part, suffix, size] of [
    ['source_map', '.map', 'size'],
    ['minified_file', '', '6000'],
  ]) {
    const own = `md5(id::text || '${part}') || md5('${part}' || id::text)`
    const digest = part === 'source_map' ? own : `case when id % 5 = 0 then lpad(to_hex(id / 5 % ${pool}), 64, 'c') else ${own} end`
    await client.query(
      `insert into source_map_file (organization, id, part, file_name, digest, size)
       select 1, id, '${part}', file_name || '${suffix}', ${digest}, ${size} from source_map where organization = 1 and id between $1 and $2`,
      range,
    )
  }
  await client.query('update organization set last_map_id = $1, last_map_at = $2 where number = 1', [range[1], 1700000000000 + range[1]])
}

/** Stores each content once, after all maps have been added, and lists which maps share which. */
async function seedBlobs(client) {
  await client.query(
    `insert into blob (organization, digest, size, reference_count, generation)
     select 1, digest, min(size), count(*), 'seeded' from source_map_file where organization = 1 group by digest`,
  )
  await client.query(
    `insert into blob_copy (organization, digest, generation, codec, stored_size, state, settled)
     select 1, digest, 'seeded', 'brotli', min(case when part = 'source_map' then 5000 + id % 500 else 2000 end), 'stored', 1
     from source_map_file where organization = 1 group by digest`,
  )
  await client.query(
    `insert into shared_content (organization, id, digest)
     select file.organization, file.id, file.digest from source_map_file as file
     join blob on blob.organization = file.organization and blob.digest = file.digest
     where file.organization = 1 and blob.reference_count > 1`,
  )
}
