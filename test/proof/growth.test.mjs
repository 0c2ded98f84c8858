// The short form of `npm run proof:growth`: few maps, one engine.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engines } from '../../proof/growth/engines.mjs'
import { growth, verdicts } from '../../proof/growth/growth.mjs'

/** Other tests run beside this one, and of so few maps little is cheap enough to be measured well. */
const bound = 3
const least = costs => Math.min(...costs)

test('among fifty times as many maps a request for a few of them costs no more, as far as so few can tell', async t => {
  const order = { engine: engines.sqlite, sizes: [1000, 50_000], chunks: 1, rounds: 3, batch: 4, inspectUpTo: 1000, pick: least }
  const { measured, faults } = await growth(t, { ...order, told: text => t.diagnostic(text) })
  assert.deepEqual(faults, [], 'what was filled in by SQL is whole')
  for (const { name, cpu, grows, isControl, costs } of verdicts(measured, bound)) {
    const figures = `${name}: ${costs.map(each => `${each.cpu.toFixed(2)} ms`).join(', then ')}`
    if (grows) assert.ok(cpu > 2, `${figures}: the instrument no longer sees what is known to grow`)
    else if (!isControl) assert.ok(cpu <= bound, figures)
  }
})
