import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Problem } from '../../domain/problem.ts'
import type { NewKey, Revocation } from '../../operations/ports/key-catalog.ts'
import { newKey } from './new-key.fixture.ts'
import { type OpenCatalog, onCatalogOf } from './sample-uploads.fixture.ts'

/** Rows about who may do what. */
export function describeKeys(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('a key', () => {
    test(
      'is found by its hash with all there is to know',
      onCatalog(async catalog => {
        const made = await catalog.createKey(newKey('a', { permissions: ['rum_apps_read', 'rum_delete_data'], expiresAt: 99 }))
        assert.deepEqual(made, {
          id: 'key_a',
          type: 'application',
          organization: 1,
          organizationUuid: 'uuid-of-default',
          organizationName: 'default',
          name: 'key a',
          creator: 'test',
          permissions: ['rum_apps_read', 'rum_delete_data'],
          createdAt: 10,
          lastUsedAt: undefined,
          expiresAt: 99,
          revokedAt: undefined,
          hash: 'hash of a',
        })
        await catalog.createKey(newKey('b', { organizationName: 'other', permissions: [] }))
        assert.deepEqual(await catalog.findKeys(['hash of a']), [made])
        const both = await catalog.findKeys(['hash of b', 'hash of a', 'unknown'])
        assert.deepEqual(new Set(both.map(key => key.id)), new Set(['key_a', 'key_b']))
        assert.deepEqual(both.find(key => key.id === 'key_b')?.permissions, [])
        assert.deepEqual(await catalog.findKeys(['Hash of a']), [])
      }),
    )

    test(
      'can be listed for one organization or all, oldest first',
      onCatalog(async catalog => {
        await catalog.createKey(newKey('b', { createdAt: 20 }))
        await catalog.createKey(newKey('a', { createdAt: 20 }))
        await catalog.createKey(newKey('c', { createdAt: 10, organizationName: 'other' }))
        const ids = async (organization?: string) => (await catalog.listKeys(organization)).map(key => key.id)
        assert.deepEqual(await ids(), ['key_c', 'key_a', 'key_b'])
        assert.deepEqual(await ids('default'), ['key_a', 'key_b'])
        assert.deepEqual(await ids('nobody'), [])
        const own = async (organization: number) => (await catalog.keysOf(organization)).map(key => key.id)
        assert.deepEqual([await own(1), await own(2), await own(3)], [['key_a', 'key_b'], ['key_c'], []])
      }),
    )

    test(
      'that is revoked is still found, and keeps the first time of it',
      onCatalog(async catalog => {
        await catalog.createKey(newKey('a'))
        assert.equal(await catalog.revokeKey('key_a', revocation(50)), true)
        assert.equal(await catalog.revokeKey('key_a', revocation(60)), true)
        assert.equal(await catalog.revokeKey('key_x', revocation(60)), false)
        assert.equal((await catalog.findKeys(['hash of a']))[0]?.revokedAt, 50)
      }),
    )

    test(
      'is ended by its own organization alone, where one asks',
      onCatalog(async catalog => {
        await catalog.createKey(newKey('a'))
        assert.equal(await catalog.revokeKey('key_a', { ...revocation(50), organization: 2 }), false)
        assert.equal((await catalog.findKeys(['hash of a']))[0]?.revokedAt, undefined)
        assert.equal(await catalog.revokeKey('key_a', { ...revocation(50), organization: 1 }), true)
      }),
    )

    test(
      'remembers when it was last used',
      onCatalog(async catalog => {
        await catalog.createKey(newKey('a'))
        await catalog.touchKeys(
          new Map([
            ['key_a', 70],
            ['key_x', 70],
          ]),
        )
        assert.equal((await catalog.findKeys(['hash of a']))[0]?.lastUsedAt, 70)
      }),
    )

    test(
      'of an unknown organization is refused',
      onCatalog(async catalog => {
        await assert.rejects(catalog.createKey(newKey('a', { organizationName: 'nobody' })), isProblem('not_found'))
        assert.deepEqual(await catalog.listKeys(), [])
      }),
    )
  })

  describe('an organization', () => {
    test(
      'has a name of its own',
      onCatalog(async catalog => {
        await assert.rejects(catalog.createOrganization('other', 'uuid-3', 5), isProblem('conflict'))
        assert.deepEqual(await catalog.createOrganization('third', 'uuid-3', 5), { number: 3, uuid: 'uuid-3', name: 'third', createdAt: 5 })
        assert.deepEqual(
          (await catalog.listOrganizations()).map(({ number, name }) => [number, name]),
          [
            [1, 'default'],
            [2, 'other'],
            [3, 'third'],
          ],
        )
      }),
    )

    test(
      'that two make at once is made once',
      onCatalog(async catalog => {
        const made = await Promise.allSettled(['u1', 'u2', 'u3'].map(uuid => catalog.createOrganization('third', uuid, 5)))
        assert.equal(made.filter(each => each.status === 'fulfilled').length, 1)
      }),
    )
  })

  test('a first start happens once, also when two come together, and makes all its keys or none', async () => {
    const { catalog, close } = await open()
    try {
      const bootstrap = (uuid: string, keys: readonly NewKey[]) => catalog.bootstrap({ name: 'default', uuid, at: 1 }, keys)
      await assert.rejects(bootstrap('u0', [newKey('a'), newKey('b', { organizationName: 'nobody' })]), isProblem('not_found'))
      assert.deepEqual(await catalog.listOrganizations(), [])
      assert.deepEqual(await Promise.all([bootstrap('u1', [newKey('a')]), bootstrap('u2', [newKey('b')])]), [true, false])
      assert.deepEqual(
        (await catalog.listKeys()).map(key => [key.id, key.organizationUuid]),
        [['key_a', 'u1']],
      )
      assert.equal(await bootstrap('u3', []), false)
    } finally {
      await close()
    }
  })
}

function revocation(at: number): Revocation {
  return { actor: 'command line', address: undefined, at, organization: undefined }
}

function isProblem(code: Problem['code']): (error: unknown) => boolean {
  return error => error instanceof Problem && error.code === code && error.reasons.length === 1
}
