import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import path from 'node:path'

const folder = path.join(import.meta.dirname, '..', '..', 'docs', 'proof')

/**
 * Keeps what a run has measured for `docs/proof.md`, when the command says `--record` and nobody ended the run; prints it in any case.
 *
 * `name` is the file's; `command` is what reproduces it; `tables` are `{ caption, columns, rows }` of texts; `plots` are
 * `{ file, caption, svg }`; `notes` are sentences that the run found out (never what was hoped for).
 */
export function keepRecord({ name, title, command, tables, plots = [], notes = [] }) {
  const record = { title, command, machine: machine(), measured: new Date().toISOString().slice(0, 10), commit: commit(), tables, notes }
  console.log(JSON.stringify(record, undefined, 2))
  const isEnded = (process.exitCode ?? 0) >= 128
  if (isEnded || !process.argv.includes('--record')) return
  mkdirSync(folder, { recursive: true })
  for (const { file, svg } of plots) writeFileSync(path.join(folder, file), svg)
  const kept = { ...record, plots: plots.map(({ file, caption }) => ({ file, caption })) }
  writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(kept, undefined, 2)}\n`)
}

function machine() {
  return `Node ${process.versions.node}, ${cpus().length} × ${cpus()[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`
}

/** What was measured, with a mark when the tree differed from its commit. */
function commit() {
  const git = (...args) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
  mkdirSync(folder, { recursive: true })
  return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', '../../src') === '' ? '' : ' and changes'}`
}
