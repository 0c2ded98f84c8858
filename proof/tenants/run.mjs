// Promise: nothing that an organization does can be seen, counted or timed by another one on the same server.
//
// Answers. A random program of A is run twice, each time on a fresh server: once with a random program of B between and beside its steps,
// and once alone. B uploads the same contents under the same names, tries A's ids, plans, operations, holds, keys, cursors and ETags, uses the
// same idempotency keys, mixes keys, deletes, undoes, reaches limits, while an operator purges. A tries B's. Everything that A is answered
// must be the same in both runs: status, headers with their order, body to the byte; but for the date, ids of requests, the connection's
// own headers, and times and random ids, which must stand in the same places and name the same things. Where A names a thing of B, the run
// alone sends the very same request, and there nobody has it. In the end A lists all that it has. A difference is a fault; it is printed
// with its seed and the smallest program that still shows it.
//
// Times. Requests of A about what B has, and about what nobody has, are measured in rounds of one each in random order, so that the load is
// the same for both, and compared by Wilcoxon's signed-rank test. |z| > 4.5 is a fault. Two sorts of nothing compared in the same way are
// the null control, which must not differ; what A has itself, against nothing, is the positive control, which must differ, or the
// instrument sees nothing. The median difference must lie within 5 % of the median with 99.9 % confidence, or the run has not decided.
//
// What it cannot see: whether A gets slower because B keeps the server busy, as with any shared machine; differences in time that are smaller
// than its samples tell; other stores than one node's (SQLite or Postgres, with bytes in files). Who has a secret of B is B to the server.
import { parseArgs } from 'node:util'
import { keepRecord } from '../shared/record.mjs'
import { noninterference } from './noninterference.mjs'
import { answersTable, outcomes, timesTable } from './report.mjs'
import { openStores } from './stores.mjs'
import { timing } from './timing.mjs'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 1e9)) },
    engine: { type: 'string', multiple: true, default: ['sqlite', 'postgres'] },
    programs: { type: 'string', default: '300' },
    steps: { type: 'string', default: '120' },
    samples: { type: 'string', default: '3000' },
    'warm-up': { type: 'string', default: '200' },
    record: { type: 'boolean', default: false },
  },
})
const [seed, programs, steps, samples, warmUp] = ['seed', 'programs', 'steps', 'samples', 'warm-up'].map(name => Number(values[name]))
const told = line => console.error(line)
const again = `npm run proof:tenants -- --seed ${seed} --programs ${programs} --steps ${steps} --samples ${samples}`

console.error(`seed ${seed}`)
const results = []
for (const engine of values.engine) results.push({ engine, ...(await prove(engine)) })
const faults = results.flatMap(({ faults: found }) => found)
keepRecord({
  name: 'tenants',
  title: 'One organization learns nothing of another',
  command: again,
  tables: [answersTable(results), ...(samples > 0 ? results.map(timesTable) : [])],
  notes: [`Requests of A by outcome: ${results.map(outcomes).join('; ')}.`, ...faults],
})
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0

async function prove(engine) {
  const stores = await openStores(engine)
  try {
    const count = Math.ceil(programs / values.engine.length)
    const answers = await noninterference(stores, { seed, count, steps, told: line => told(`${engine}: ${line}`) })
    const times = samples > 0 ? await timing(stores, { seed, samples, warmUp, told: line => told(`${engine}: ${line}`) }) : []
    const differences = answers.differences.map(each => shown(engine, each))
    const timed = times.flatMap(each => each.faults.map(fault => `${engine}: ${fault}; ${again} --engine ${engine}`))
    return { answers, times, faults: [...differences, ...timed] }
  } finally {
    await stores.close()
  }
}

function shown(engine, { seed: own, settings, shrinks, steps: left, error, program }) {
  const command = `npm run proof:tenants -- --seed ${own} --engine ${engine} --programs 1 --steps ${steps} --samples 0`
  return `${engine}, settings “${settings}”, ${left} steps after ${shrinks} reductions: ${error}\nthe program: ${program}\nagain: ${command}`
}
