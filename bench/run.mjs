// Measures the built server side by side with the least that could do the same, and prints a table of ratios.
//
//   npm run bench                         everything (a quarter of an hour and 8 GB of disk)
//   npm run bench -- uploads              one part: uploads, lists, purge, postgres-requests, postgres, nodes, s3, planned, deletion
//   npm run bench -- lists --scale 0.002  the same with less of everything, to see that it works: its figures mean nothing
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
import { scale, wanted } from './scale.mjs'
import { seededFolder } from './seeded.mjs'
import { uploads } from './uploads.mjs'

const scratch = mkdtempSync(join(tmpdir(), 'mapkeep-bench-'))
let seeded

const parts = {
  uploads: () => uploads(scratch),
  lists: async () => lists(await seededOnce()),
  purge: () => purge(scratch),
  'postgres-requests': () => postgresRequests(scratch),
  postgres: () => postgres(scratch),
  nodes: () => nodes(scratch),
  s3: () => s3(scratch),
  planned: async () => planned(await seededOnce()),
  deletion: async () => deletion(await seededOnce()),
}

try {
  for (const name of wanted) if (!parts[name]) throw new Error(`there is no part ${name}, only ${Object.keys(parts).join(', ')}`)
  console.log(`Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB\n`)
  console.log('| work | figures | result | target | met |\n| --- | --- | --- | --- | --- |')
  for (const [name, measure] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) print(await measure())
  if (scale !== 1) console.log(`\nScaled by ${scale}: these figures mean nothing.`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function seededOnce() {
  seeded ??= await seededFolder(scratch)
  return seeded
}

function print(rows) {
  for (const { work, figures, result, target, met } of rows) console.log(`| ${work} | ${figures} | ${result} | ${target} | ${met} |`)
}
