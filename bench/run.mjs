// Measures the built server side by side with the least that could do the same, and prints a table of ratios.
//
//   npm run bench              everything (about ten minutes and 8 GB of disk)
//   npm run bench -- uploads   one part: deletion, planned, lists, purge, uploads, postgres, postgres-requests, nodes, s3
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { deletion } from './deletion.mjs'
import { lists } from './lists.mjs'
import { nodes } from './nodes.mjs'
import { planned } from './planned.mjs'
import { postgres, postgresRequests } from './postgres.mjs'
import { purge } from './purge.mjs'
import { s3 } from './s3.mjs'
import { seededFolder } from './seeded.mjs'
import { uploads } from './uploads.mjs'

const wanted = process.argv.slice(2)
const wants = name => wanted.length === 0 || wanted.includes(name)
const scratch = mkdtempSync(join(tmpdir(), 'mapkeep-bench-'))

try {
  const seeded = wants('deletion') || wants('planned') || wants('lists') ? await seededFolder(scratch) : undefined
  console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB\n`)
  console.log('| work | figures | result | target | met |\n| --- | --- | --- | --- | --- |')
  if (wants('uploads')) print(await uploads(scratch))
  if (seeded && wants('lists')) print(await lists(seeded))
  if (wants('purge')) print(await purge(scratch))
  if (wants('postgres-requests')) print(await postgresRequests(scratch))
  if (wants('postgres')) print(await postgres(scratch))
  if (wants('nodes')) print(await nodes(scratch))
  if (wants('s3')) print(await s3(scratch))
  if (seeded && wants('planned')) print(await planned(seeded))
  if (seeded && wants('deletion')) print(await deletion(seeded))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

function print(rows) {
  for (const { work, figures, result, target, met } of rows) console.log(`| ${work} | ${figures} | ${result} | ${target} | ${met} |`)
}
