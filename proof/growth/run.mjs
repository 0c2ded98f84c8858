// Promised: what a request for a few maps costs does not depend on how many others there are.
//
//   npm run proof:growth                                       SQLite and Postgres, up to ten million maps: about an hour, 40 GB of disk at a time
//   npm run proof:growth -- --sizes 1000,20000 --engines sqlite
//
// How it is checked: one installation per engine grows through the sizes. Maps are rows made by SQL, as uploads, deletions and purges make
// them: js, jvm, elf and ios maps of two hundred services, a hundred of them to a release, a fifth of minified files shared, some releases deleted or
// purged, an audit event for every tenth, operations for the deletions. Usage (and, up to --inspect maps, fsck) has to find these rows whole. Among
// them lie small releases that were really uploaded, at all ages; requests go to these in turn. Each request is made --batch times in a
// row, --rounds times, all requests taking turns; its cost is the median of those means, in ms by the clock and in ms of processor time of
// the server, and of the database's processes, background work included. Flat is what costs at most 1.5 times as much processor time at the
// largest size as at the smallest; anything else that is not known to grow makes the exit code 1.
//
// What it cannot see: requests at the same time (proof:load), selections of many maps (bench), disks that are much slower than their cache
// (the clock would tell, the processor does not), organizations beside this one. The bytes of filled-in maps are not there.
import path from 'node:path'
import { median } from '../../bench/figures.mjs'
import { closingAfter } from '../shared/closing.mjs'
import { flag } from '../shared/flags.mjs'
import { logPlot } from '../shared/plot.mjs'
import { keepRecord } from '../shared/record.mjs'
import { engines, roomMissing } from './engines.mjs'
import { flatUpTo, growth, verdicts } from './growth.mjs'

const told = text => console.error(text)
const sizes = flag('sizes', '10000,100000,1000000,10000000')
  .split(',')
  .map(Number)
  .sort((a, b) => a - b)
const wanted = flag('engines', 'sqlite,postgres').split(',')
const bounds = {
  rounds: Number(flag('rounds', 15)),
  batch: Number(flag('batch', 12)),
  chunks: Number(flag('chunks', 4)),
  inspectUpTo: Number(flag('inspect', 100_000)),
}

await closingAfter(async all => {
  const results = []
  for (const name of wanted) {
    const engine = engines[name]
    if (!engine) throw new Error(`--engines knows ${Object.keys(engines).join(' and ')}, not ${name}`)
    const missing = engine.missing() ?? roomMissing(engine, sizes.at(-1))
    if (missing) return refuse(missing)
    const closers = []
    // The disk of one engine is wanted for the next one
    const close = async () => {
      for (let closer = closers.pop(); closer; closer = closers.pop()) await closer()
    }
    all.after(close)
    const { measured, faults } = await growth({ after: closer => closers.push(closer) }, { engine, sizes, told, pick: median, ...bounds })
    await close()
    results.push({ name, engine, measured, faults, rows: verdicts(measured) })
  }
  return report(results)
})

function refuse(why) {
  console.error(why)
  return 1
}

function report(results) {
  keepRecord({
    name: ['growth', ...wanted].join('-'),
    title: `What a request costs among more and more maps: ${results.map(({ engine }) => engine.title).join(', ')}`,
    command: [
      'npm run proof:growth',
      ...(process.argv.length > 2 ? ['--'] : []),
      ...process.argv.slice(2).filter(each => each !== '--record'),
    ].join(' '),
    tables: results.flatMap(tablesOf),
    plots: results.map(plotOf),
    notes: results.flatMap(notesOf),
  })
  const broken = results.flatMap(({ engine, faults, rows }) => [
    ...faults.map(fault => `${engine.title}: ${fault}`),
    ...rows
      .filter(({ isFlat, grows }) => !isFlat && !grows)
      .map(({ name, cpu }) => `${engine.title}: ${name} is not flat: ${cpu.toFixed(2)}×`),
  ])
  for (const line of broken) console.error(line)
  if (broken.length > 0) console.error(`again: node ${path.relative(process.cwd(), process.argv[1])} ${process.argv.slice(2).join(' ')}`)
  return broken.length > 0 ? 1 : 0
}

function number(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en')
  return value >= 10 ? value.toFixed(0) : value.toPrecision(2)
}

/** The clock has no verdict of its own: other work on the machine moves it. */
function tablesOf({ engine, measured, rows }) {
  const columns = ['request', ...sizes.map(size => `${size.toLocaleString('en')} maps`), 'last against first', 'flat']
  const table = (how, unit) => ({
    caption: `${engine.title}: ${unit} per request, in ms`,
    columns,
    rows: rows.map(({ name, costs, isFlat, isControl, ...row }) => [
      name,
      ...costs.map(each => number(each[how])),
      `${row[how].toFixed(2)}×`,
      how === 'wall' || isControl ? '' : isFlat ? 'yes' : 'no',
    ]),
  })
  const disk = {
    caption: `${engine.title}: the catalog`,
    columns: ['maps', 'MB on disk', 'seconds to grow there'],
    rows: measured.map(({ size, bytes, seconds }) => [size.toLocaleString('en'), number(bytes / 1e6), String(seconds)]),
  }
  return [table('cpu', 'processor time'), table('wall', 'time by the clock'), disk]
}

function plotOf({ name, engine, rows }) {
  const series = rows.map(({ name: request, costs }) => ({
    name: request,
    points: costs.map(({ cpu }, at) => [sizes[at], Math.max(cpu, 0.01)]),
  }))
  const svg = logPlot({ title: `${engine.title}: processor time per request`, x: 'maps in the installation', y: 'ms', series })
  return { file: `growth-${name}.svg`, caption: `${engine.title}: processor time per request against the number of maps`, svg }
}

function notesOf({ engine, rows, faults }) {
  return [
    ...rows
      .filter(({ isFlat, isControl }) => !isFlat && !isControl)
      .map(
        ({ name, cpu, grows }) =>
          `${engine.title}: ${name} is not flat, ${cpu.toFixed(2)}× (flat: at most ${flatUpTo}×)${grows ? `: ${grows}` : ''}.`,
      ),
    ...faults.map(fault => `${engine.title}: ${fault}.`),
  ]
}
