// Whether what was filled in by SQL is what uploads would have left. A fault here is one of the instrument, and its figures would be worth nothing.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { call, keyHeaders } from '../../test/wire/api.mjs'
import { main } from '../../test/wire/node-process.mjs'

/** What is wrong with the rows, as sentences: the usage against the copies and, if wished, everything that fsck knows, while no server runs. */
export async function mapkeepReport(installation, { inspect }) {
  const faults = await usageFaults(installation)
  if (!inspect) return faults
  await installation.server.stop()
  faults.push(...(await fsckFaults(installation)))
  await installation.server.restart()
  return faults
}

async function usageFaults({ server, ask }) {
  const { json } = await call(server, 'GET /api/mapkeep/v1/usage', { headers: keyHeaders(server.keys) })
  const { maps, stored_size, deleted_maps } = json.meta.totals
  const [rows] = await ask(`select (select count(*) from source_map where deleted_at is null) as maps,
    (select count(*) from source_map where deleted_at is not null and purged_at is null) as deleted_maps,
    (select sum(copy.stored_size) from blob join blob_copy as copy on copy.organization = blob.organization and copy.digest = blob.digest
      and copy.generation = blob.generation where blob.reference_count > 0) as stored_size`)
  const expected = { maps: Number(rows.maps), deleted_maps: Number(rows.deleted_maps), stored_size: Number(rows.stored_size) }
  const told = { maps, deleted_maps, stored_size }
  return Object.keys(expected).flatMap(name =>
    told[name] === expected[name] ? [] : [`usage says ${name} ${told[name]}; the rows say ${expected[name]}`],
  )
}

/** Of what SQL has filled in no bytes are there, and nothing else may be wrong. */
async function fsckFaults({ server, ask }) {
  const env = { ...server.env, MAPKEEP_DATA: server.data }
  // It ends with 1 since there are those bytes
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'fsck', '--json'], { env, maxBuffer: 64e6 }).catch(error => error)
  const { counts, problems } = JSON.parse(stdout)
  const [{ filled }] = await ask("select count(*) as filled from blob_copy where generation = 'seeded'")
  const expected = { missing_bytes: Number(filled) }
  return Object.entries(counts).flatMap(([kind, count]) => {
    if (count === (expected[kind] ?? 0)) return []
    const example = problems.find(({ problem }) => problem === kind)
    return [`fsck counts ${count} of ${kind} where ${expected[kind] ?? 0} are expected${example ? `: ${JSON.stringify(example)}` : ''}`]
  })
}
