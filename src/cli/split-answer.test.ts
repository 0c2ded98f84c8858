import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Item } from '../domain/source-map.ts'
import { BrokenAnswer, splitAnswer } from './split-answer.ts'

async function split(text: string, size: number): Promise<{ items: Item[]; meta: unknown }> {
  const items: Item[] = []
  const bytes = Buffer.from(text)
  async function* body() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const { meta } = await splitAnswer(body(), item => items.push(item))
  return { items, meta }
}

const nasty = {
  data: [
    { id: '1', type: 'sourcemaps', attributes: { file_name: 'a"]}{[,\\', service: 'ü€😀', list: [1, [2, { a: [] }]] } },
    { id: '2', type: 'sourcemaps', attributes: {} },
  ],
  meta: { dry_run: true, totals: { count: 2, size: 9 }, data: [{ not: 'an item' }], unmatched: ['"data":['] },
}

describe('an answer read piece by piece', () => {
  test('is the same however it is cut, whatever its names hold, with meta before or behind', async () => {
    const { data, meta } = nasty
    for (const text of [JSON.stringify(nasty), JSON.stringify({ meta, data }), JSON.stringify(nasty, null, 2)])
      for (const size of [1, 2, 3, 7, 64, 10_000]) assert.deepEqual(await split(text, size), { items: data, meta })
  })

  test('may have no items', async () => {
    assert.deepEqual(await split('{"data":[],"meta":{}}', 4), { items: [], meta: {} })
    assert.deepEqual(await split('{"meta":{}}', 4), { items: [], meta: {} })
  })

  test('never looks complete when it broke off', async () => {
    const text = JSON.stringify(nasty)
    for (let length = 0; length < text.length; length += 5) await assert.rejects(split(text.slice(0, length), 1000), BrokenAnswer)
  })

  test('holds one item at a time: a hundred thousand items take no more memory than one', async () => {
    const item = `${JSON.stringify(nasty.data[1])},`.repeat(1000)
    async function* body() {
      yield Buffer.from('{"data":[')
      for (let at = 0; at < 100; at++) yield Buffer.from(item)
      yield Buffer.from(`${JSON.stringify(nasty.data[0])}]}`)
    }
    let count = 0
    await splitAnswer(body(), () => count++)
    assert.equal(count, 100_001)
  })
})
