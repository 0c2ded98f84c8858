import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FilterName } from '../domain/filters.ts'
import type { Kind } from '../domain/kinds.ts'
import { isShort, isShortList } from './short-reads.ts'

const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(at + 1))
const selection = (kind: Kind, given: Partial<Record<FilterName, readonly string[]>>) => ({
  kind,
  criteria: Object.entries(given).map(([filter, values]) => ({ filter: filter as FilterName, values })),
})
const isShortScope = (...given: Parameters<typeof selection>) => isShort({ organization: 1, selection: selection(...given), state: 'live' })
const list = (kind: Kind, given: Parameters<typeof selection>[1], withDebugId = false) => ({
  organization: 1,
  selection: selection(kind, given),
  withDebugId,
})
const release = { service: ['shop'], version: ['1.0'] }

describe('a read stays on the main thread', () => {
  test('when it looks for some live ids, or for the maps of some releases', () => {
    assert.equal(isShortScope('js', { ...release, id: numbers(500) }), true)
    assert.equal(isShortScope('js', { ...release, version: numbers(100) }), true)
    assert.equal(isShortScope('elf', {}), true, 'a kind without releases is one stretch of the index')
    assert.equal(isShortScope('elf', { arch: ['x86_64'] }), true)
  })

  test('not when many ids, releases or deleted maps are asked for', () => {
    assert.equal(isShortScope('js', { ...release, id: numbers(501) }), false)
    assert.equal(isShortScope('js', { ...release, version: numbers(101) }), false)
    assert.equal(isShort({ organization: 1, selection: selection('js', release), state: 'deleted' }), false)
  })

  test('not when the index holds deleted maps beside the live ones', () => {
    for (const given of [{ debug_id: ['abcd'] }, { ...release, filename: ['app.js'] }]) assert.equal(isShortScope('js', given), false)
    assert.equal(isShortScope('elf', { gnu_build_id: ['abcd'] }), false)
    assert.equal(isShortScope('ios', { uuid: ['abcd'] }), false)
  })

  test('not when a filter is left that each map of a release is checked for', () => {
    assert.equal(isShortScope('jvm', { ...release, variant: ['free'] }), false)
    assert.equal(isShortScope('elf', { arch: ['x86_64'], origin: ['ci'] }), false)
    assert.equal(isShortScope('js', { service: ['shop'] }), false, 'the maps of a service are not in the order of their ids')
  })
})

describe('a page of a list stays on the main thread', () => {
  test('when it goes on from an id or a small number', () => {
    assert.equal(isShortList(list('js', release), { before: 7 }, 1001), true)
    assert.equal(isShortList(list('js', release), { offset: 2000 }, 51), true)
    assert.equal(isShortList(list('js', {}, true), { before: undefined }, 51), true)
    assert.equal(isShortList(list('js', { ...release, id: numbers(500) }), { offset: 0 }, 501), true)
  })

  test('not by page number when the maps of several values must be sorted for it', () => {
    assert.equal(isShortList(list('js', { ...release, version: numbers(2) }), { before: undefined }, 51), true)
    assert.equal(isShortList(list('js', { ...release, version: numbers(2) }), { offset: 0 }, 51), false)
    assert.equal(isShortList(list('js', release), { offset: 2001 }, 51), false)
  })

  test('not when its length times the number of values is large', () => {
    assert.equal(isShortList(list('js', { ...release, version: numbers(100) }), { before: undefined }, 50), true)
    assert.equal(isShortList(list('js', { ...release, version: numbers(100) }), { before: undefined }, 1001), false)
  })
})
