// Requests that nobody should send, to a running server, and what must be true all the while.
//
//   npm run proof:hostile -- [--requests N] [--seed N] [--record]      N requests, the seed printed when none is given
//   npm run proof:hostile -- --replay FILE                             one request that a run has kept
//
// Promised, whatever is sent: no answer is a 5xx, and every refusal has the shape that openapi.json gives its route and tells nothing of the
// server's inside; every whole request is answered, and ordinary requests on the side are, too; memory, open files and handles stay bounded and
// come back; a refused upload leaves no map, no content and no temporary file; nothing is written outside the data folder; a deletion takes no more
// than a strict reading of its filters, and with a parameter that the contract does not know nothing; the log is JSON, line by line, without
// anything that was asked; afterwards fsck finds nothing, and the server stops when told to.
//
// Checked with requests made from their structure (fast-check): five lanes side by side (uploads, reads, bodies, deletions, and connections that
// are no proper HTTP), all as raw bytes, each lane from one seed. Every answer is parsed strictly and held against openapi.json. Deletions are read
// again by an oracle that shares no code with the server, and undone; canaries of each kind are never named. A finding is made smaller and kept as a
// file for --replay.
//
// Memory is looked at all the while, at its most, and after each round as what is held: resident memory and the main thread's heap after a collection of
// all threads, which a signal asks for (collect.mjs; the program is as it was built, and its most is that of a server collected that often). Without it what is resident says little about what is held, since the
// runtime collects late and the allocator gives little back. What is held is compared between warm-up and end, and in long runs between the second and
// the last third, each within a bound (memory.mjs): what grows more slowly is not seen. Open files and handles are compared with those after the
// warm-up, before which a large map has started the thread that reads such; it starts on demand and has four files.
//
// Not seen: faults that need more load than one client makes, TLS, Postgres and S3, several nodes, and whether an upload was rightly refused.
// The same seed makes the same requests; in which order those of different lanes arrive is up to the machine. Needs Linux (/proc).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { keepRecord } from '../shared/record.mjs'
import { campaign, openRun } from './campaign.mjs'
import { memoryBounds, thirdsOf } from './memory.mjs'

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    replay: { type: 'string' },
    record: { type: 'boolean' },
  },
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

if (values.replay) await replay(values.replay)
else await fullRun(Number(values.requests), Number(values.seed ?? Math.floor(Math.random() * 2 ** 31)))

async function fullRun(requests, seed) {
  console.error(`seed ${seed}`)
  const start = performance.now()
  const kept = { seed, count: 0 }
  const found = finding => tell(finding, keep(finding, kept))
  const progress = text => console.error(`${((performance.now() - start) / 1000).toFixed(0)} s: ${text}`)
  const result = await campaign({ seed, requests, found, progress })
  const findings = [...result.run.findings.values()]
  keepRecord({
    name: 'hostile',
    title: 'Hostile requests',
    command: `npm run proof:hostile -- --requests ${requests} --seed ${seed}`,
    tables: tablesOf(result, findings),
    notes: [`Seed ${seed}; ${((performance.now() - start) / 1000).toFixed(0)} s.`],
  })
  if (findings.length > 0) {
    console.error(`${findings.length} findings; again with: npm run proof:hostile -- --requests ${requests} --seed ${seed}`)
    process.exitCode = 1
  }
}

function keep(finding, kept) {
  if (!finding.case) return undefined
  const folder = path.join(os.tmpdir(), `hostile-findings-${kept.seed}`)
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `${++kept.count}.json`)
  writeFileSync(file, `${JSON.stringify({ lane: finding.lane, faults: finding.faults, case: finding.case }, undefined, 2)}\n`)
  return file
}

function tell({ fault, faults = [fault], case: each }, file) {
  console.error(`\nFOUND ${faults.join('\n      ')}`)
  if (!file) return
  console.error(JSON.stringify(each.text ?? each.steps).slice(0, 1500))
  console.error(`again with: npm run proof:hostile -- --replay ${file}`)
}

async function replay(file) {
  const { lane, case: each } = JSON.parse(readFileSync(file, 'utf8'))
  const run = await openRun()
  try {
    const faults = await run.trials[lane](each)
    console.log(faults.length > 0 ? faults.join('\n') : 'nothing was found')
    process.exitCode = faults.length > 0 ? 1 : 0
  } finally {
    run.wire.close()
    await run.close()
  }
}

function tablesOf({ run, base, memory, health, slowly, open }, findings) {
  const { tally, known, log, canaries } = run
  return [
    {
      caption: 'Requests by family',
      columns: ['family', 'requests'],
      rows: [...tally.families].sort(([, a], [, b]) => b - a).map(row => row.map(String)),
    },
    { caption: 'Answers by class', columns: ['class', 'answers'], rows: [...tally.classes].sort().map(row => row.map(String)) },
    {
      caption: 'What was watched',
      columns: ['', ''],
      rows: [
        ['violations', String(findings.length)],
        ['slowest answer', `${Math.round(tally.slowest.ms)} ms (${tally.slowest.family})`],
        ['ordinary requests on the side, all answered', `${health.asked}, the slowest after ${Math.round(health.slowest)} ms`],
        ['connections that never end, and of these cut by the server', `${slowly.opened}, ${slowly.cut}`],
        ...memoryRows(memory),
        ['open files and handles before, after', `${base.files} and ${base.handles}, ${open.files} and ${open.handles}`],
        [
          'uploads refused, maps stored by them',
          `${tally.refusedUploads}, ${findings.some(each => /refused uploads/.test(each.fault)) ? 'some' : '0'}`,
        ],
        ['maps stored by acknowledged uploads', String(known.size)],
        ['files outside the data folder', findings.some(each => /outside/.test(each.fault)) ? 'some' : '0'],
        ['maps taken by deletions and restorations, and given back', String(tally.taken)],
        [
          'canaries, of these live in the end',
          `${canaries.size}, ${canaries.size - findings.filter(each => /not as before/.test(each.fault)).length}`,
        ],
        ['lines of the log', String(log.lines)],
      ],
    },
  ]
}

/** What is held is what is left after a collection. */
function memoryRows({ start, most, before, looks, end }) {
  const thirds = thirdsOf(looks)
  const MiB = numbers => numbers.map(number => `${number.toFixed(0)} MiB`).join(', ')
  const rows = (name, what) => [
    [`${what} held after warm-up, in the end (allowed above: ${memoryBounds.end[name]} MiB)`, MiB([before[name], end[name]])],
    ...(thirds
      ? [
          [
            `${what} held on average in each third of the run (allowed from the second to the last: ${memoryBounds.rise[name]} MiB)`,
            MiB(thirds.map(third => third[name])),
          ],
        ]
      : []),
  ]
  return [
    [`resident memory after warm-up, at most (allowed above: ${memoryBounds.most} MiB)`, MiB([start, most])],
    ...rows('resident', 'resident memory'),
    ...rows('heap', 'heap and buffers of the main thread'),
  ]
}
