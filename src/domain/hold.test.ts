import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { matchesPattern, mayKeep } from './hold.ts'
import type { Selection } from './selection.ts'

const release: Selection = {
  kind: 'js',
  criteria: [
    { filter: 'service', values: ['shop', 'web'] },
    { filter: 'version', values: ['4.2.0'] },
    { filter: 'id', values: ['7'] },
  ],
}

describe('a pattern', () => {
  test('without a star matches itself only', () => {
    assert.equal(matchesPattern('4.2.0', '4.2.0'), true)
    assert.equal(matchesPattern('4.2.0', '4.2.01'), false)
    assert.equal(matchesPattern('4.2.0', '4x2x0'), false)
    assert.equal(matchesPattern('A', 'a'), false)
  })

  test('with stars matches any run of characters there, an empty one, too', () => {
    assert.equal(matchesPattern('4.2.*', '4.2.'), true)
    assert.equal(matchesPattern('4.2.*', '4.2.17-rc1'), true)
    assert.equal(matchesPattern('4.2.*', '4.20.1'), false)
    assert.equal(matchesPattern('*-lts*', '4.2-lts.1'), true)
    assert.equal(matchesPattern('a*b*c', 'abc'), true)
    assert.equal(matchesPattern('a*b*c', 'axxbyyc'), true)
    assert.equal(matchesPattern('a*b*c', 'acb'), false)
    assert.equal(matchesPattern('*', ''), true)
  })

  test('never counts one character twice', () => {
    assert.equal(matchesPattern('ab*ba', 'aba'), false)
    assert.equal(matchesPattern('a*a', 'a'), false)
    assert.equal(matchesPattern('*ab*ab', 'ab'), false)
  })
})

describe('a hold', () => {
  test('may keep maps of a selection that its conditions do not rule out', () => {
    for (const selector of [
      { kind: 'js' },
      { service: 'we*' },
      { version: '4.*' },
      { ids: ['7', '8'] },
      { kind: 'js', version: '*' },
    ] as const)
      assert.equal(mayKeep(selector, release), true, JSON.stringify(selector))
  })

  test('is out of the question when one condition rules all of the selection out', () => {
    for (const selector of [
      { kind: 'ios' },
      { service: 'app*' },
      { version: '5.*' },
      { ids: ['8'] },
      { kind: 'js', service: 'x' },
    ] as const)
      assert.equal(mayKeep(selector, release), false, JSON.stringify(selector))
  })

  test('may keep maps of a selection that does not say what the hold goes by', () => {
    assert.equal(mayKeep({ version: '5.*' }, { kind: 'elf', criteria: [{ filter: 'arch', values: ['arm64'] }] }), true)
  })
})
