import assert from 'node:assert/strict'
import { test } from 'node:test'
import { campaign } from '../../proof/hostile/campaign.mjs'
import { memoryFaults } from '../../proof/hostile/memory.mjs'

test('hostile requests leave the server as it was', { skip: process.platform !== 'linux' && 'needs /proc' }, async () => {
  const { run } = await campaign({ seed: 20, requests: 2000, round: 1700, slow: 20 })
  const findings = [...run.findings.values()].map(
    ({ fault, case: each }) => `${fault}\n${JSON.stringify(each?.text ?? each?.steps ?? '').slice(0, 2000)}`,
  )
  assert.deepEqual(findings, [])
  assert.ok(run.tally.requests >= 2000 && run.tally.refusedUploads > 100 && run.tally.taken > 10, JSON.stringify([...run.tally.families]))
})

/** The memory of a run whose looks, in MiB above the first, follow from the number of requests. */
function memoryOfRun({ requests, resident, heap }) {
  const looks = Array.from({ length: Math.ceil(requests / 1500) }, (_, at) => {
    const count = (at + 1) * 1500
    return { requests: count, resident: 190 + resident(count), heap: 30 + heap(count) }
  })
  return { start: 200, most: 400, before: { resident: 190, heap: 30 }, looks, end: looks.at(-1) }
}

const settling = most => count => most * (1 - Math.exp(-count / 5000))
const kibibyteEach = count => count / 1024

test('memory that settles after a while is no fault of the server', () => {
  assert.deepEqual(memoryFaults(memoryOfRun({ requests: 100_000, resident: settling(90), heap: settling(5) })), [])
})

test('a kibibyte that is kept of each request is found, wherever it is kept', () => {
  const inHeap = memoryOfRun({ requests: 100_000, resident: settling(90), heap: kibibyteEach })
  assert.deepEqual(
    memoryFaults(inHeap).map(fault => fault.split(':')[0]),
    ['memory did not come back (heap)', 'memory grows with requests (heap)'],
  )
  const elsewhere = memoryOfRun({ requests: 100_000, resident: kibibyteEach, heap: settling(5) })
  assert.deepEqual(
    memoryFaults(elsewhere).map(fault => fault.split(':')[0]),
    ['memory grows with requests (resident)'],
  )
})
