import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { pieceSize } from './piece-size.ts'

const bounds = { first: 100, least: 1, most: 10_000 }

describe('the pieces of a long work', () => {
  test('begin with the first size and keep it while each takes the 50 ms that it may', async t => {
    assert.deepEqual(await sizesOf(t, bounds, [50, 50, 50]), [100, 100, 100])
  })

  test('grow to what fits, at most to twice the size of the one before', async t => {
    assert.deepEqual(await sizesOf(t, bounds, [40, 0, 10, 50]), [100, 125, 250, 500])
  })

  test('shrink to what fits, at most to half the size of the one before', async t => {
    assert.deepEqual(await sizesOf(t, bounds, [62.5, 1000, 100, 50]), [100, 80, 40, 20])
  })

  test('never leave their bounds, and come back from there at once', async t => {
    assert.deepEqual(await sizesOf(t, { ...bounds, most: 150 }, [0, 0, 0, 100, 50]), [100, 150, 150, 150, 75])
    assert.deepEqual(await sizesOf(t, { ...bounds, least: 60 }, [1000, 1000, 25, 50]), [100, 60, 60, 120])
  })

  test('are whole, and what is rounded off is not lost', async t => {
    assert.deepEqual(await sizesOf(t, { ...bounds, first: 3 }, [40, 40, 40, 50]), [3, 4, 5, 6])
  })

  test('give what the work gives', async () => {
    assert.equal(await pieceSize(bounds).run(async size => `${size} rows`), '100 rows')
  })

  test('keep their size after one that failed', async () => {
    const sizes = pieceSize(bounds)
    await assert.rejects(
      sizes.run(async () => {
        throw new Error('the disk is full')
      }),
      /the disk is full/,
    )
    assert.equal(await sizes.run(async size => size), 100)
  })
})

/** The sizes of pieces that take so many milliseconds each, one after another, by a clock that moves with them alone. */
async function sizesOf(t: TestContext, given: typeof bounds, times: readonly number[]): Promise<number[]> {
  let now = 0
  const clock = t.mock.method(performance, 'now', () => now)
  const sizes = pieceSize(given)
  const found: number[] = []
  for (const time of times)
    await sizes.run(async size => {
      found.push(size)
      now += time
    })
  clock.mock.restore()
  return found
}
