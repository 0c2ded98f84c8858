import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeThreads } from '../catalog.contract.ts'
import { openThreads } from './empty-catalog.fixture.ts'

describeThreads('SQLite and its threads', openThreads)

test('whoever looks for something does not wait for those who sum up the whole catalog', async () => {
  const { catalog, close } = await openThreads()
  try {
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    const answered: string[] = []
    const sums = Array.from({ length: 2_000 }, () => catalog.usage(1, ['service'], 0).then(() => answered.push('usage')))
    await catalog.listOperations(1, { before: undefined, limit: 1 }).then(() => answered.push('operations'))
    await Promise.all([...sums, catalog.storedBytes(0)])
    assert.ok(answered.indexOf('operations') < answered.length - 1, 'the list came after every sum')
  } finally {
    await close()
  }
})
