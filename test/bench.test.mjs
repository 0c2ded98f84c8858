// That the benchmarks still run: parts of one run each, as small as makes sense. How fast anything is, is not asked here. The part on S3 is not
// run: its server takes as long to start as all the others take together.
import assert from 'node:assert/strict'
import path from 'node:path'
import { before, describe, test } from 'node:test'
import { postgresMissing } from '../dist/catalog/postgres/postgres-programs.fixture.js'
import { cleanEnvironment, run } from './wire/running-server.mjs'

const root = path.dirname(import.meta.dirname)
const env = cleanEnvironment({})
const scale = '0.002'

const againstNginx = '5 + 1 MB plain upload, durable, against nginx'
/** A time alone, compared with nothing. */
const untilCompressed = 'time from the acknowledgement of 5 + 1 MB to compressed'

/** How the rows of each part begin, in their order. */
const embedded = {
  uploads: [againstNginx, 'the same gzipped', untilCompressed, 'small uploads', 'resident memory growth during a 4 MB upload'],
  lists: ['cursor page 18 against page 1', 'dry run of 20 maps'],
  purge: ['purge of 500 maps', 'p99 of small reads while the command purges'],
  planned: [
    'preview of 1,000',
    'executing its plan',
    'undo of these 1,000',
    'p99 of small reads during previews',
    'p99 of small reads during the execution of a plan',
    'p99 of small reads during an undo',
  ],
  deletion: [
    'real deletion of 1,000 of 2,000',
    'during it: longest event-loop stall',
    'during it: p99 of small reads',
    'during it: longest wait of an upload',
    'resident memory growth during a 1,000-map deletion',
  ],
}
const onPostgres = {
  'postgres-requests': ['Postgres: list of 20 maps', 'Postgres: dry run of 20 maps'],
  postgres: ['Postgres: deletion of 1,000'],
  nodes: ['two nodes against one'],
}

describe('the benchmarks, run small,', { concurrency: 2, timeout: 300_000 }, () => {
  describeParts('of a server of its own', embedded, false)
  describeParts('on Postgres', onPostgres, postgresMissing() ?? false)
})

/** All in one run, so that what one part leaves behind meets the next one. */
function describeParts(where, parts, skip) {
  describe(where, { skip }, () => {
    let ended
    let nginx
    before(async () => {
      nginx = await run('nginx', ['-v'], { env }).catch(() => undefined)
      ended = await run(process.execPath, ['bench/run.mjs', ...Object.keys(parts), '--scale', scale], { cwd: root, env })
    })

    for (const [part, begins] of Object.entries(parts))
      test(`${part} gives each of its rows a number`, () => {
        for (const begin of begins) assertMeasured(rowOf(ended, begin), { nginx })
      })

    test('end well, with these rows and no others, and say that the figures mean nothing', () => {
      const { code, output } = ended
      assert.equal(code, 0, output)
      assert.equal(rowsOf(ended).length, Object.values(parts).flat().length, output)
      assert.match(output, /^Scaled by 0\.002: these figures mean nothing\.$/m)
    })
  })
}

function assertMeasured({ work, figures, result }, { nginx }) {
  const told = `${work}: ${figures}: ${result}`
  if (work.startsWith(againstNginx) && !nginx) return assert.match(figures, /^nginx is not installed/, told)
  const [text, pattern] = work.startsWith(untilCompressed) ? [figures, /^\d[\d.]* m?s$/] : [result, /^-?\d[\d.]*(×| ms| MiB)$/]
  assert.match(text, pattern, told)
  assert.doesNotMatch(told, /NaN|Infinity|undefined/)
}

function rowOf(ended, begin) {
  const [row, ...others] = rowsOf(ended).filter(({ work }) => work.startsWith(begin))
  assert.ok(row && others.length === 0, `one row begins with “${begin}”\n${ended.output}`)
  return row
}

function rowsOf({ output }) {
  const lines = output.split('\n').filter(line => line.startsWith('| '))
  const cells = lines.map(line => line.slice(2).split(' | '))
  return cells.slice(2).map(([work, figures, result]) => ({ work, figures, result }))
}
