import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { conflictLines, leftParts } from './conflict-lines.ts'

describe('a refusal that counts maps', () => {
  test('says what an undo could not reach', () => {
    const text = (meta: Record<string, unknown>) => conflictLines({ title: 'Conflict', meta })
    assert.deepEqual(text({ undoable: 11, purged: 0, moved_on: 1, held: 0 }), [
      'nothing was undone; some of its maps cannot be undone: 1 map that a later operation moved; --partial undoes the other 11',
    ])
    assert.deepEqual(text({ undoable: 0, purged: 2, moved_on: 0, held: 1, undone_by: 'op_9' }), [
      'nothing was undone; it has been undone before, by op_9; none of its maps can be undone: 2 maps that are purged, 1 map that is held',
    ])
  })

  test('names the first held maps and counts the others', () => {
    const held = Array.from({ length: 100 }, (_, at) => ({ id: String(at + 1), hold: 'hld_1', reason: 'LTS' }))
    const lines = conflictLines({ title: 'Held', meta: { held, held_count: 250 } }) ?? []
    assert.equal(lines.length, 22)
    assert.deepEqual([lines[1], lines.at(-1)], ['1 is held by hld_1: LTS', '… and 230 more'])
  })

  test('is left as it is when it is another one', () => {
    assert.equal(conflictLines({ title: 'Conflict', detail: 'another one' }), undefined)
    assert.equal(conflictLines({ title: 'Held', meta: {} }), undefined)
  })
})

test('an undo that left nothing has nothing to say', () => {
  assert.deepEqual(leftParts({ purged: 0, moved_on: 0, held: 0 }), [])
})
