// The short form of `npm run proof:load`: ten seconds, which are too few to tell whether anything is steady.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { load } from '../../proof/load/load.mjs'

const seed = 20_240_517

test('for ten seconds clients upload, read, delete, undo and purge, and nothing goes wrong', async t => {
  t.diagnostic(`seed ${seed}`)
  const { errors, figures, samples, fsck } = await load(t, { seconds: 10, clients: 4, seed, told: text => t.diagnostic(text) })
  assert.deepEqual(errors, [])
  assert.match(fsck, /Nothing is wrong\./)
  const names = figures.map(({ name }) => name)
  for (const name of [
    'upload',
    'list',
    'look-up by name',
    'get',
    'download',
    'preview',
    'planned deletion',
    'datadog-ci sourcemaps upload',
  ])
    assert.ok(names.includes(name), `nobody got to ${name}`)
  // Twenty connections of each of four clients, and what a server has open anyway
  assert.ok(Math.max(...samples.map(({ handles }) => handles)) < 300, 'open handles')
})
