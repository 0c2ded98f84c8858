// `npm run proof:histories`: is every answer that of one map store which does one thing at a time?
//
// Promised is that requests take effect one by one, each at some moment between its coming and its answer (linearizability): a list never sees
// half a deletion, a plan takes exactly what was previewed or nothing, once; an undo brings back exactly the members that are still its own;
// once a hold is answered nothing it keeps goes; what was acknowledged is there for whoever asks next, at whichever node.
//
// Some clients at once send previews, plans, deletions, restorations, undos, uploads, repeats, holds and reads to a small release; some hang
// up early, and their requests may have happened or not. When each began and ended is taken from one clock. A search (linearize.mjs) then
// looks for one order of the requests that explains every answer by the model of a release (model.mjs), which also says where less is promised.
// Where there is none, the history is made small and printed, and kept in a file for `--check FILE`.
//
// It cannot see: what lies beyond one release, since each is checked by itself (that requests for one do not touch another, others test);
// freed and shared sizes; bytes; crashes; and interleavings that did not happen here, since a seed brings back the requests and not the moments.
//
// Flags: --engine sqlite|postgres|cluster (may be repeated; default: all that can run here), --histories 5000 and --seconds 600 for each,
// whichever comes first, --purging 150: so many of each engine are played with a short undo window, --seed N, --record, --check FILE.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { keepRecord } from '../shared/record.mjs'
import { campaign } from './campaign.mjs'
import { engines, startEngine } from './engines.mjs'
import { judge, show, shrink } from './judge.mjs'

/** Milliseconds: shorter than a history with purges takes. */
const undoWindow = 200

const { values: flags } = parseArgs({
  options: {
    engine: { type: 'string', multiple: true },
    histories: { type: 'string', default: '5000' },
    seconds: { type: 'string', default: '600' },
    purging: { type: 'string', default: '150' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    record: { type: 'boolean' },
    check: { type: 'string' },
  },
})

process.exitCode = flags.check ? check(flags.check) : await main()

/** A kept history once more. */
function check(file) {
  const { exact, ...history } = JSON.parse(fs.readFileSync(file, 'utf8'))
  for (const each of [...history.requests, ...history.purges]) each.return ??= Number.POSITIVE_INFINITY
  const { verdict } = judge(history, { exact })
  console.log(verdict)
  if (verdict !== 'violation') return verdict === 'linearizable' ? 0 : 1
  const smallest = shrink(history, { exact })
  console.log(show(smallest, judge(smallest, { exact })))
  return 1
}

async function main() {
  const runs = []
  for (const name of flags.engine ?? Object.keys(engines)) {
    const missing = engines[name].missing()
    if (missing) console.error(`${name} is left out: ${missing}`)
    else runs.push(await runEngine(name, undefined), await runEngine(name, undoWindow))
  }
  keepRecord({
    name: 'histories',
    title: 'Histories of concurrent requests, checked for linearizability',
    command: command(flags),
    ...tables(runs),
  })
  return runs.length > 0 && runs.every(({ bad, undecided }) => bad + undecided === 0) ? 0 : 1
}

async function runEngine(name, window) {
  const engine = await startEngine(name, { undoWindow: window })
  const title = window === undefined ? engines[name].title : `${engines[name].title}, purging`
  const histories = Number(window === undefined ? flags.histories : flags.purging)
  try {
    const onProgress = ({ histories: done }) => done % 250 === 0 && console.error(`${title}: ${done} histories`)
    const onBad = (history, why) => complain({ name, history, why, exact: engine.exact })
    const figures = await campaign(engine, { seed: Number(flags.seed), histories, seconds: Number(flags.seconds), onBad, onProgress })
    if (figures.bad > 0) console.error(engine.told())
    return { title, ...figures }
  } finally {
    await engine.stop()
  }
}

function complain({ name, history, why, exact }) {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'history-')), 'history.json')
  fs.writeFileSync(file, JSON.stringify({ ...history, exact }))
  console.error(`${name}, seed ${history.seed}: ${why}`)
  console.error(`  the same once more: node proof/histories/run.mjs --check ${file}`)
  console.error(`  the same requests:  npm run proof:histories -- --engine ${name} --seed ${history.seed} --histories 300\n`)
}

function command({ seed, histories, seconds, purging, engine = [] }) {
  const chosen = engine.map(name => `--engine ${name} `).join('')
  return `npm run proof:histories -- ${chosen}--seed ${seed} --histories ${histories} --seconds ${seconds} --purging ${purging}`
}

function tables(runs) {
  const number = value => value.toLocaleString('en')
  const sum = counts => Object.values(counts).reduce((total, each) => total + each, 0)
  const figures = runs.map(run => [
    run.title,
    ...[run.histories, sum(run.requests), run.inDoubt, run.atOnce, run.visited, run.undecided, run.bad].map(number),
    `${run.seconds.toFixed(0)} s`,
  ])
  const kinds = [...new Set(runs.flatMap(({ answers }) => Object.keys(answers)))].sort()
  return {
    tables: [
      {
        caption: 'Histories',
        columns: [
          'installation',
          'histories',
          'requests',
          'without answer',
          'most at once',
          'largest search',
          'undecided',
          'violations',
          'duration',
        ],
        rows: figures,
      },
      {
        caption: 'What the requests were answered',
        columns: ['request', ...runs.map(({ title }) => title)],
        rows: kinds.map(kind => [kind, ...runs.map(({ answers }) => number(answers[kind] ?? 0))]),
      },
    ],
  }
}
