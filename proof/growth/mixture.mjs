// Made-up maps straight through SQL, since ten million uploads would take days. The rows are those that uploads, deletions and purges make.
import { RangePacker } from '../../dist/domain/id-ranges.js'

/** Maps of a release: 80 js, 5 jvm, 10 elf, 5 ios, in this order. */
export const releaseSize = 100
const jsMaps = 80
const services = 200
/** Of so many releases in a row one is deleted and one is purged, its js maps at least. */
const cycle = 25
/** Of so many js maps in a row one has a minified file that other maps have, too. */
const sharedEvery = 5
/** Maps that have a shared content in common, at least. */
const holders = 8
/** Shared contents of a chunk end alike, so that they are told from a map's own ones. */
const sharedMark = 'c'.repeat(20)

/**
 * The statements that add maps `first` to `last` to organization 1, as lists of which each can run beside the other ones. `firstOperation` is
 * the number of the next operation; map i was uploaded at `epoch + i * step`. What hashes to anywhere (digests, identities, build ids) is made
 * in rising order within the chunk, over the whole range: so a chunk passes once through each index, which random order would never finish.
 */
export function chunkStatements(dialect, chunk) {
  const maps = mapColumns(dialect, chunk)
  const operations = operationsOf(chunk)
  return [
    [insertMaps(maps, maps.end), ...operations.map(operationRow(chunk)), ...operations.map(operationEvent(chunk))],
    [...insertFiles(maps), ...insertContents(chunk), counter(chunk)],
    [insertEvents(maps), insertUuids(maps), insertAudit(maps, dialect)],
  ]
}

/** The texts of a map's columns, and the maps they are made of. */
function mapColumns(dialect, chunk) {
  const { first, last, firstOperation, epoch, step } = chunk
  const [firstRelease, count] = [releaseOf(first), last - first + 1]
  const stride = Math.floor(2 ** 48 / (2 * count))
  const groups = Math.floor(countSharing(chunk) / holders)
  const ordered = place => dialect.hex(`(${place}) * ${stride}`)
  const named = (place, salt) => {
    const [head, rest] = [ordered(place), dialect.random(20, salt)]
    return `substr(${head}, 1, 8) || '-' || substr(${head}, 9, 4) || '-4' || substr(${rest}, 1, 3) || '-8' || substr(${rest}, 4, 3) || '-' || substr(${rest}, 7, 12)`
  }
  const isJs = `n.slot < ${jsMaps}`
  const isPurged = `(${isJs} and n.release % ${cycle} = 4)`
  const isDeleted = `(${isJs} and n.release % ${cycle} between 3 and 4)`
  const isShared = groups > 0 ? `(${isJs} and n.slot % ${sharedEvery} = 0 and not ${isPurged})` : '(1 = 0)'
  // Purged releases are left out of the count: else all maps but one of a shared content may be purged, and it is no longer shared
  const unpurged = `n.release - ${firstRelease} - ((n.release + ${cycle - 5}) / ${cycle} - ${Math.floor((firstRelease + cycle - 5) / cycle)})`
  const operation = `${firstOperation} + 3 * (n.release / ${cycle} - ${Math.floor(firstRelease / cycle)})`
  const uploaded = `${epoch} + n.i * ${step}`
  const end = epoch + last * step
  return {
    source: `(select i, i - ${first} as j, ${firstRelease} + (i - ${first}) / ${releaseSize} as release, (i - ${first}) % ${releaseSize} as slot from ${dialect.series(first, last)}) as n`,
    ...{ isJs, isPurged, isDeleted, isShared, operation, uploaded, end, ordered },
    kind: `case when ${isJs} then 'js' when n.slot < 85 then 'jvm' when n.slot < 95 then 'elf' else 'ios' end`,
    service: `case when n.slot < 85 then 'service-' || (n.release % ${services}) end`,
    version: `case when n.slot < 85 then '1.' || (n.release / ${services}) || '.0' end`,
    fileName: `case when ${isJs} then 'chunk-' || n.slot || '-' || (n.release % 7) || '.js' when n.slot between 85 and 94 then 'lib' || n.slot || '.so' end`,
    digest: `${ordered('n.j * 2')} || ${dialect.random(52, 'map')}`,
    ownDigest: `${ordered('n.j * 2 + 1')} || ${dialect.random(52, 'minified')}`,
    sharedDigest: `${dialect.hex(`(((${unpurged}) * ${jsMaps / sharedEvery} + n.slot / ${sharedEvery}) % ${Math.max(1, groups)}) * ${Math.floor(2 ** 48 / Math.max(1, groups))}`)} || '${sharedMark}${first.toString(16).padStart(32, '0')}'`,
    id: salt => named('n.j * 2', salt),
    buildId: `${ordered('n.j * 2')} || ${dialect.random(28, 'build')}`,
    identity: `${ordered('n.j * 2')} || ${dialect.random(31, 'identity')}`,
    content: dialect.random(43, 'content'),
    commit: `substr(${dialect.random(40, 'commit')}, 1, 40)`,
  }
}

function releaseOf(first) {
  return Math.floor(first / releaseSize) + 1
}

/** Maps of a chunk that share a content: of its last release, which may be cut off, those that are there. */
function countSharing({ first, last }) {
  let count = 0
  for (let low = first, release = releaseOf(first); low <= last; low += releaseSize, release++)
    if (release % cycle !== 4) count += Math.ceil(Math.min(last - low + 1, jsMaps) / sharedEvery)
  return count
}

function insertMaps(map, end) {
  const columns = {
    organization: '1',
    id: 'n.i',
    kind: map.kind,
    size: '20000 + n.i % 1000',
    created_at: map.uploaded,
    declared_at: map.uploaded,
    state_version: `case when ${map.isPurged} then 3 when ${map.isDeleted} then 2 else 1 end`,
    deleted_at: `case when ${map.isDeleted} then ${end} end`,
    purged_at: `case when ${map.isPurged} then ${end} end`,
    last_operation: `case when ${map.isDeleted} then ${map.operation} + n.release % ${cycle} - 3 end`,
    purge_operation: `case when ${map.isPurged} then ${map.operation} + 2 end`,
    identity: map.identity,
    content: map.content,
    uploader: "'key_seeded'",
    repository_url: "case when n.slot < 85 then 'https://github.com/acme/shop.git' end",
    repository_commit: `case when n.slot < 85 then ${map.commit} end`,
    own_size: `case when ${map.isPurged} then 0 else 5000 + n.i % 500 + case when not ${map.isJs} or ${map.isShared} then 0 else 2000 end end`,
    shared_contents: `case when ${map.isShared} then 1 else 0 end`,
    absolute_path: `case when ${map.isJs} then '/assets/' || ${map.fileName} end`,
    domain: `case when ${map.isJs} then 'static.acme.example' end`,
    file_name: map.fileName,
    service: map.service,
    version: map.version,
    variant: "case when n.slot between 80 and 84 then 'release' || n.slot end",
    build_id: `case when n.slot between 80 and 84 then ${map.id('jvm')} end`,
    debug_id: `case when ${map.isJs} and n.slot % 8 = 0 then ${map.id('debug')} end`,
    gnu_build_id: `case when n.slot between 85 and 94 then ${map.buildId} end`,
    arch: "case when n.slot between 85 and 94 then case when n.slot % 2 = 0 then 'x86_64' else 'aarch64' end end",
    symbol_source: "case when n.slot between 85 and 94 then 'debug_info' end",
    origin: "case when n.slot between 85 and 94 then 'datadog-ci' end",
    origin_version: "case when n.slot between 85 and 94 then '5.25.0' end",
    uuids: `case when n.slot >= 95 then ${uuid} end`,
  }
  return `insert into source_map (${Object.keys(columns).join(', ')}) select ${Object.values(columns).join(', ')} from ${map.source}`
}

/** Where two tables have the same one, it cannot be drawn. */
const uuid = "'00000000-0000-4000-8000-' || (100000000000 + n.i)"

/** The event of a purged map is gone. */
function insertEvents(map) {
  const event = `'{"type":"js_sourcemap","service":"service-' || (n.release % ${services}) || '","minified_url":"/assets/chunk-' || n.slot || '.js"}'`
  return `insert into source_map_event (organization, id, event) select 1, n.i, ${event} from ${map.source} where not ${map.isPurged}`
}

function insertUuids(map) {
  return `insert into source_map_uuid (organization, uuid, id) select 1, ${uuid}, n.i from ${map.source} where n.slot >= 95`
}

/** Of every tenth upload, for the sake of the disk: the trail is only read at its end. */
function insertAudit(map, dialect) {
  const detail = `'{"kind":"' || (${map.kind}) || '","repeat":false,"service":"service-' || (n.release % ${services}) || '","version":"1.' || (n.release / ${services}) || '.0"}'`
  return `insert into audit_event (organization, at, id, action, actor, address, subject, detail)
    select 1, ${map.uploaded}, 'evt_' || ${dialect.random(24, 'event')}, 'upload', 'key_seeded', '10.0.0.7', '' || n.i, ${detail} from ${map.source} where n.i % 10 = 0`
}

/** Of js maps two files, of the others one; a purged map keeps its rows. */
function insertFiles(map) {
  const part = `case when ${map.isJs} then 'source_map' when n.slot < 85 then 'jvm_mapping_file' when n.slot < 95 then 'elf_symbol_file' else 'symbols_archive' end`
  const into = 'insert into source_map_file (organization, id, part, file_name, digest, size)'
  return [
    `${into} select 1, n.i, ${part}, 'file-' || n.slot || '.map', ${map.digest}, 20000 + n.i % 1000 from ${map.source}`,
    `${into} select 1, n.i, 'minified_file', ${map.fileName}, case when ${map.isShared} then ${map.sharedDigest} else ${map.ownDigest} end, 6000
      from ${map.source} where ${map.isJs}`,
  ]
}

/** Each content of an unpurged map once, with its copy, and the list of what maps share. The digests are no real ones: nobody reads these files. */
function insertContents({ first, last }) {
  const firstRelease = releaseOf(first)
  const purged = `((id - ${first}) % ${releaseSize} < ${jsMaps} and (${firstRelease} + (id - ${first}) / ${releaseSize}) % ${cycle} = 4)`
  const files = `from source_map_file where organization = 1 and id between ${first} and ${last} and not ${purged}`
  const isShared = `(part = 'minified_file' and substr(digest, 13, 20) = '${sharedMark}')`
  const copy = size => `1, digest, 'seeded', 'brotli', ${size}, 'stored', 1`
  const intoCopies = 'insert into blob_copy (organization, digest, generation, codec, stored_size, state, settled)'
  return [
    `insert into blob (organization, digest, size, reference_count, generation) select 1, digest, size, 1, 'seeded' ${files} and not ${isShared} order by id, part desc`,
    `insert into blob (organization, digest, size, reference_count, generation) select 1, digest, min(size), count(*), 'seeded' ${files} and ${isShared} group by digest`,
    `${intoCopies} select ${copy("case when part = 'minified_file' then 2000 else 5000 + id % 500 end")} ${files} and not ${isShared} order by id, part desc`,
    `${intoCopies} select ${copy('2000')} ${files} and ${isShared} group by digest`,
    `insert into shared_content (organization, id, digest) select 1, id, digest ${files} and ${isShared}`,
  ]
}

function counter({ last, epoch, step }) {
  return `update organization set last_map_id = ${last}, last_map_at = ${epoch + last * step} where number = 1`
}

/** The deletions and purges that the rows of a chunk tell of. */
function operationsOf({ first, last, firstOperation }) {
  const [from, until] = [releaseOf(first), releaseOf(first) + Math.ceil((last - first + 1) / releaseSize) - 1]
  const found = []
  for (let release = from; release <= until; release++) {
    const low = first + (release - from) * releaseSize
    const packer = new RangePacker()
    packer.add({ first: low, last: Math.min(low + jsMaps - 1, last) })
    const number = firstOperation + 3 * (Math.floor(release / cycle) - Math.floor(from / cycle))
    const deletion = { count: Math.min(jsMaps, last - low + 1), members: Buffer.from(packer.packed()).toString('base64'), release }
    if (release % cycle === 3) found.push({ ...deletion, kind: 'deletion', number, waits: 1 })
    if (release % cycle === 4) found.push({ ...deletion, kind: 'deletion', number: number + 1, waits: 0 })
    if (release % cycle === 4)
      found.push({ count: deletion.count, members: '', kind: 'purge', number: number + 2, of: number + 1, waits: 0 })
  }
  return found
}

const undoWindow = 20 * 365 * 86_400_000

function operationRow({ last, epoch, step }) {
  const at = epoch + last * step
  return ({ kind, number, of = 'null', count, members, release, waits }) => {
    const selection =
      kind === 'purge'
        ? 'null'
        : JSON.stringify({
            kind: 'js',
            criteria: [
              { filter: 'service', values: [`service-${release % services}`] },
              { filter: 'version', values: [`1.${Math.floor(release / services)}.0`] },
            ],
          })
    return `insert into operation (organization, number, kind, to_state, of_operation, actor, at, undo_until, selection, count, size, members, unpurged)
      values (1, ${number}, '${kind}', '${kind === 'purge' ? 'purged' : 'deleted'}', ${of}, 'key_seeded', ${at}, ${kind === 'purge' ? 'null' : at + (waits ? undoWindow : 0)},
      '${selection}', ${count}, ${count * 20_000}, '${members}', ${waits})`
  }
}

function operationEvent({ last, epoch, step }) {
  return ({ kind, number, count }) =>
    `insert into audit_event (organization, at, id, action, actor, subject, detail)
      values (1, ${epoch + last * step}, 'evt_${number.toString(16).padStart(24, '0')}', '${kind}', 'key_seeded', 'op_${number}', '{"count":${count}}')`
}
