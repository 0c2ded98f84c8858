import assert from 'node:assert/strict'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { describeThreads } from '../catalog.contract.ts'
import { openThreads } from './empty-catalog.fixture.ts'
import { openSqliteCatalog } from './open-sqlite-catalog.ts'

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

test('a call that cannot be sent is refused, and nobody is left waiting for it', async () => {
  const { catalog, close } = await openThreads()
  const strange = (() => {}) as unknown as number
  await assert.rejects(catalog.storedBytes(strange), /could not be cloned/)
  await assert.rejects(catalog.count(strange as never), /could not be cloned/)
  await close()
})

test('a survey that could not be begun is begun by the next call', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mapkeep-survey-'))
  const [file, elsewhere] = [join(folder, 'catalog.db'), join(folder, 'elsewhere.db')]
  const catalog = await openSqliteCatalog(file)
  try {
    // Both threads that start at once have the file open before it goes
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    await catalog.listOrganizations()
    await rename(file, elsewhere)
    await assert.rejects(catalog.storedBytes(0))
    await rename(elsewhere, file)
    assert.equal((await catalog.storedBytes(0)).storedSize, 0)
    await catalog.check()
  } finally {
    await catalog.close()
    await rm(folder, { recursive: true })
  }
})
