import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressLine } from './progress-line.ts'
import type { Terminal } from './terminal.ts'

/** Work that takes twenty seconds, as told on a terminal or elsewhere. */
function told(isTTY: boolean): string {
  let [text, now] = ['', 0]
  const errors = { isTTY, write: (part: string) => (text += part) } as unknown as Terminal['errors']
  const line = progressLine({ errors, clock: () => now } as unknown as Terminal)
  for (; now <= 20_000; now += 50) line.show({ step: 'copies', done: now, total: 20_000 })
  line.end()
  return text
}

test('on a terminal one line is written anew, and gone in the end', () => {
  const text = told(true)
  assert.ok(text.startsWith('\r\x1b[Kchecking copies: 100 of 20000 (0 %)\r\x1b[Kchecking copies: 200 of'))
  assert.ok(text.endsWith('(100 %)\r\x1b[K'))
  assert.equal(text.includes('\n'), false)
})

test('elsewhere a line is written every ten seconds', () => {
  assert.equal(told(false), 'checking copies: 10000 of 20000 (50 %)\nchecking copies: 20000 of 20000 (100 %)\n')
})
