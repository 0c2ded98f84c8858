import assert from 'node:assert/strict'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { encode } from '@jridgewell/sourcemap-codec'
import { Problem } from '../domain/problem.ts'
import { openMapReader } from './map-reader.ts'

const pieceSize = 64 * 1024
const small = '{"version":3,"mappings":"AAAA","sources":["a.js"]}'

function stream(text: string): Readable {
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / pieceSize) }, (_, at) =>
    bytes.subarray(at * pieceSize, (at + 1) * pieceSize),
  )
  return Readable.from(pieces, { objectMode: true })
}

function largeMap(megabytes: number): string {
  const content = 'export const value = compute(1, 2, 3)\n'.repeat(2700)
  const count = Math.ceil((megabytes * 1024 * 1024) / content.length)
  const line = Array.from({ length: 2000 }, (_, at) => [at * 3, at % count, at, at % 80] as [number, number, number, number])
  const sources = Array.from({ length: count }, (_, at) => `src/module-${at}.js`)
  return JSON.stringify({ version: 3, sources, sourcesContent: sources.map(() => content), names: [], mappings: encode([line, line]) })
}

const read = (description: Uint8Array) => JSON.parse(Buffer.from(description).toString())

const refusal = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

describe('the map reader', () => {
  test('reads a small map', async t => {
    const reader = openMapReader()
    t.after(() => reader.close())
    const shown = read(await reader.describe(stream(small), stream('a\nbc')))
    assert.deepEqual([shown.sources, shown.minifiedLineLengths], [['a.js'], [1, 2]])
  })

  test('reads 30 MB without stalling the event loop', async t => {
    const reader = openMapReader()
    t.after(() => reader.close())
    const text = largeMap(30)
    const [map, minified] = [stream(text), stream(`${'x'.repeat(5000)}\n`.repeat(1000))]
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    const described = await reader.describe(map, minified)
    delay.disable()
    const stall = delay.max / 1e6
    t.diagnostic(`${(text.length / 1024 / 1024).toFixed(0)} MB, longest stall ${stall.toFixed(1)} ms`)
    assert.ok(stall < 100, `the event loop stood still for ${stall} ms`)
    const shown = read(described)
    assert.deepEqual(shown.sourcesContent, JSON.parse(text).sourcesContent)
    assert.equal(shown.minifiedLineLengths.length, 1001)
  })

  test('answers many at once, each with its own map', async t => {
    const reader = openMapReader({ inline: 60 })
    t.after(() => reader.close())
    const files = Array.from({ length: 20 }, (_, at) =>
      JSON.stringify({ version: 3, mappings: '', file: `${at}.js`, x: 'x'.repeat(at * 10) }),
    )
    const shown = await Promise.all(files.map(file => reader.describe(stream(file), undefined)))
    assert.deepEqual(
      shown.map(each => read(each).file),
      files.map((_, at) => `${at}.js`),
    )
  })

  test('flattens sections in the thread, however small the map is', async t => {
    const reader = openMapReader()
    t.after(() => reader.close())
    const sections = `{"version":3,"sections":[{"offset":{"line":2000000,"column":0},"map":${small}}]}`
    assert.equal(read(await reader.describe(stream(sections), undefined)).mappings.length, 2_000_004)
  })

  test('refuses a file above its limit and lets go of both files', async t => {
    const reader = openMapReader({ file: 100_000 })
    t.after(() => reader.close())
    const [map, minified] = [stream('x'.repeat(200_000)), stream('y'.repeat(90_000))]
    await assert.rejects(reader.describe(map, minified), refusal('too_large'))
    assert.deepEqual([map.destroyed, minified.destroyed], [true, true])
  })

  test('passes a refusal of the thread on', async t => {
    const reader = openMapReader({ inline: 0 })
    t.after(() => reader.close())
    await assert.rejects(reader.describe(stream('no map'), undefined), refusal('bad_request'))
  })

  test('a map that exhausts the memory of the thread is refused, and the next one is read', async t => {
    const reader = openMapReader({ heapMegabytes: 32 })
    t.after(() => reader.close())
    const greedy = `{"version":3,"sections":[{"offset":{"line":9000000,"column":0},"map":${small}}]}`
    const results = await Promise.allSettled([reader.describe(stream(greedy), undefined), reader.describe(stream(largeMap(1)), undefined)])
    assert.equal(results[0].status, 'rejected')
    assert.ok(refusal('too_large')(results[0].reason), String(results[0].reason))
    assert.equal(results[1].status, 'fulfilled')
  })

  test('a map that takes longer than is allowed is refused, and the next one is read', async t => {
    const patience = 1000
    const reader = openMapReader({ inline: 0, patience })
    t.after(() => reader.close())
    const section = '{"offset":{"line":0,"column":0},"map":{"version":3,"mappings":"","sources":[]}}'
    const endless = `{"version":3,"sections":[${`${section},`.repeat(600_000)}${section}]}`
    const results = await Promise.allSettled([reader.describe(stream(endless), undefined), reader.describe(stream(small), undefined)])
    assert.equal(results[0].status, 'rejected')
    assert.ok(refusal('too_large')(results[0].reason), String(results[0].reason))
    assert.match(results[0].reason.message, /longer to show than is allowed \(1 s\)/)
    assert.ok(results[1].status === 'fulfilled', results[1].status === 'rejected' ? String(results[1].reason) : '')
    assert.deepEqual(read(results[1].value).sources, ['a.js'])
  })

  test('refuses when too many wait', async t => {
    const reader = openMapReader({ inline: 0, waiting: 1 })
    t.after(() => reader.close())
    const [first, second] = await Promise.allSettled([reader.describe(stream(small), undefined), reader.describe(stream(small), undefined)])
    assert.equal(first.status, 'fulfilled')
    assert.ok(second.status === 'rejected' && refusal('unavailable')(second.reason))
  })

  test('a file that breaks off rejects that request only', async t => {
    const reader = openMapReader()
    t.after(() => reader.close())
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('{')
        throw new Error('disk')
      })(),
    )
    await assert.rejects(reader.describe(broken, undefined), /disk/)
    assert.ok(await reader.describe(stream(small), undefined))
  })
})
