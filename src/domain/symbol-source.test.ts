import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Candidate, compareSymbolSources, preferred } from './symbol-source.ts'

const map = (id: number, symbolSource?: string, overwrite = false): Candidate => ({ id, symbolSource, overwrite })

test('symbol sources rank by what they tell', () => {
  const rising = ['none', 'dynamic_symbol_table', 'gopclntab', 'symbol_table', 'debug_info']
  for (const [at, source] of rising.entries()) {
    assert.equal(compareSymbolSources(source, source), 0)
    for (const lesser of rising.slice(0, at))
      assert.ok(compareSymbolSources(source, lesser) > 0 && compareSymbolSources(lesser, source) < 0)
  }
  assert.equal(compareSymbolSources(undefined, 'none'), 0)
})

test('an unknown symbol source never outranks a known one', () => {
  assert.ok(compareSymbolSources('something', 'debug_info') < 0)
  assert.equal(preferred([map(1, 'debug_info'), map(2, 'something')])?.id, 1)
})

test('no map is preferred among none, the only one among one', () => {
  assert.equal(preferred([]), undefined)
  assert.equal(preferred([map(7)])?.id, 7)
})

test('the newest of equally good maps is preferred, whatever their order', () => {
  assert.equal(preferred([map(10, 'debug_info'), map(9, 'debug_info'), map(2, 'debug_info')])?.id, 10)
  assert.equal(preferred([map(1), map(3), map(2)])?.id, 3)
})

test('a better source stays preferred to a newer map', () => {
  assert.equal(preferred([map(1, 'debug_info'), map(2, 'symbol_table'), map(3)])?.id, 1)
  assert.equal(preferred([map(1, 'symbol_table'), map(2, 'debug_info')])?.id, 2)
})

test('a map that asks to overwrite is preferred whatever its source, until a newer one is as good', () => {
  assert.equal(preferred([map(1, 'debug_info'), map(2, 'none', true)])?.id, 2)
  assert.equal(preferred([map(1, 'debug_info'), map(2, 'none', true), map(3, 'symbol_table')])?.id, 3)
  assert.equal(preferred([map(1, 'none', true), map(2, 'debug_info'), map(3, 'symbol_table')])?.id, 2)
})
