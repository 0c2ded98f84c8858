import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newKey } from '../contract/new-key.fixture.ts'
import { openEmpty } from './empty-catalog.fixture.ts'
import { postgresMissing } from './postgres-programs.fixture.ts'
import { startPostgres } from './postgres-server.fixture.ts'
import { keyMemory, rememberedKeys } from './remembered-keys.ts'

const by = { actor: 'key_9', address: undefined, at: 5, organization: undefined }

test('a key that another node revoked is believed for two seconds and no longer, one that this node revoked not at all', {
  skip: postgresMissing() ?? false,
}, async () => {
  const server = await startPostgres({ fsync: 'off' })
  const { catalog, close } = await openEmpty(() => server)()
  try {
    await catalog.bootstrap({ name: 'default', uuid: 'uuid', at: 1 }, [])
    const hashes = async (...names: string[]) =>
      Promise.all(names.map(async name => (await catalog.createKey(newKey(name), undefined)).hash))
    const [mine = '', theirs = ''] = await hashes('mine', 'theirs')
    let now = 1000
    const here = rememberedKeys(catalog, () => now)
    const revokedAt = async (hash: string) => (await here.findKeys([hash])).map(key => key.revokedAt)
    assert.deepEqual([await revokedAt(mine), await revokedAt(theirs), await revokedAt('later')], [[undefined], [undefined], []])
    const [id = ''] = (await catalog.findKeys([theirs])).map(key => key.id)
    await catalog.revokeKey(id, by)
    now += keyMemory - 1
    assert.deepEqual(await revokedAt(theirs), [undefined])
    now += 1
    assert.deepEqual(await revokedAt(theirs), [5])
    assert.deepEqual(await revokedAt(mine), [undefined])
    const [own = ''] = (await catalog.findKeys([mine])).map(key => key.id)
    await here.revokeKey(own, by)
    assert.deepEqual(await revokedAt(mine), [5])
  } finally {
    await close()
    await server.remove()
  }
})
