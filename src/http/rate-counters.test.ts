import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withStores } from '../operations/stores.fixture.ts'
import { type RateCounter, sharedCounter } from './rate-counters.ts'

const limit = { limit: 100, period: 60 }
const batch = 2

/** Asks until the counter has had enough; gives how often it had not. */
async function letIn(counter: RateCounter): Promise<number> {
  for (let count = 0; ; count++) if ((await counter('key_1')).exceeded) return count
}

test('two servers of one catalog let in as many as one limit allows, and a batch more at most', () =>
  withStores(async ({ catalog }) => {
    const counterOf = () => sharedCounter({ family: 'read', limit, catalog, clock: () => 1_000 })
    const counters = [counterOf(), counterOf()]
    for (let at = 0; at < 10; at++) for (const counter of counters) assert.equal((await counter('key_1')).exceeded, false)
    const counts = await Promise.all(counters.map(letIn))
    const total = 20 + counts.reduce((sum, count) => sum + count, 0)
    assert.ok(total >= limit.limit && total <= limit.limit + batch, `${total} were let in`)
    assert.equal((await counterOf()('key_1')).exceeded, true, 'a server that starts knows what the others have let in')
    assert.equal((await counterOf()('key_2')).exceeded, false)
  }))

test('a server whose clock is a little ahead of the others does not begin their period anew', () =>
  withStores(async ({ catalog }) => {
    const ahead = sharedCounter({ family: 'read', limit, catalog, clock: () => 9_000 })
    const behind = sharedCounter({ family: 'read', limit, catalog, clock: () => 1_000 })
    assert.ok((await letIn(ahead)) <= limit.limit)
    assert.equal(await letIn(behind), 0)
  }))

test('a period that a clock far ahead has begun keeps nobody out', () =>
  withStores(async ({ catalog }) => {
    const farAhead = sharedCounter({ family: 'read', limit, catalog, clock: () => 86_400_000 })
    await letIn(farAhead)
    const right = sharedCounter({ family: 'read', limit, catalog, clock: () => 1_000 })
    const { exceeded, resetIn } = await right('key_1')
    assert.deepEqual([exceeded, resetIn], [false, limit.period * 1000])
  }))
