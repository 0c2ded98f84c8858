import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asked } from './asked.ts'
import { sqliteEngine } from './sqlite/engine.ts'
import { whereAsked } from './where.ts'

const criteria = [
  { filter: 'service', values: ['shop'] },
  { filter: 'debug_id', values: ['ABCDEF01', 'Not-Hex'] },
  { filter: 'filename', values: ['assets/Cart.js'] },
] as const

test('values are taken apart into what the indexes have, in the order of their filters', () => {
  const { form, values } = asked({ organization: 1, selection: { kind: 'js', criteria }, state: 'live' })
  assert.deepEqual(form, { kind: 'js', state: 'live', filters: ['service', 'debug_id', 'filename'] })
  assert.deepEqual(values.criteria, [
    { among: ['shop'], path: undefined, exact: [], caseless: [] },
    { among: ['abcdef01', 'not-hex'], path: undefined, exact: ['Not-Hex'], caseless: ['abcdef01'] },
    { among: ['Cart.js'], path: 'assets/Cart.js', exact: [], caseless: [] },
  ])
})

test('a condition is never wider because a filter has lost its values', () => {
  const { form, values } = asked({ organization: 1, selection: { kind: 'js', criteria }, state: 'live' })
  assert.throws(() => whereAsked(sqliteEngine, form, { ...values, criteria: values.criteria.slice(0, 2) }), /has no values/)
  const fileNamed = (...names: string[]) =>
    asked({ organization: 1, selection: { kind: 'js', criteria: [{ filter: 'filename', values: names }] }, state: 'live' })
  assert.throws(() => fileNamed(), /has no values/)
  assert.deepEqual(fileNamed('').values.criteria, [{ among: [], path: '', exact: [], caseless: [] }])
})
