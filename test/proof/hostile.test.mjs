import assert from 'node:assert/strict'
import { test } from 'node:test'
import { campaign } from '../../proof/hostile/campaign.mjs'

test('hostile requests leave the server as it was', { skip: process.platform !== 'linux' && 'needs /proc' }, async () => {
  const { run } = await campaign({ seed: 20, requests: 2000, round: 1700, slow: 20 })
  const findings = [...run.findings.values()].map(
    ({ fault, case: each }) => `${fault}\n${JSON.stringify(each?.text ?? each?.steps ?? '').slice(0, 2000)}`,
  )
  assert.deepEqual(findings, [])
  assert.ok(run.tally.requests >= 2000 && run.tally.refusedUploads > 100 && run.tally.taken > 10, JSON.stringify([...run.tally.families]))
})
