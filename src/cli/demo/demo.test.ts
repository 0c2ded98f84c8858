import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import { test } from 'node:test'
import { mapkeep } from '../mapkeep.fixture.ts'

test('the demo plays the whole story with the real uploader and leaves nothing behind', { timeout: 120_000 }, async () => {
  const left = () => fs.readdirSync(os.tmpdir()).filter(name => name.startsWith('mapkeep-demo-'))
  const before = new Set(left())
  const { exitCode, output, errors } = await mapkeep(['demo'])
  assert.equal(exitCode, 0, output + errors)
  assert.match(output, /Deleted 2 maps/)
  assert.match(output, /Undid op_1: brought back 2 maps/)
  assert.match(output, /Every step did what it says/)
  const folder = /--data (\S+)\/data/.exec(output)?.[1] ?? ''
  assert.equal(fs.existsSync(folder), false)
  assert.ok(left().every(name => before.has(name) || !folder.endsWith(name)))
})
