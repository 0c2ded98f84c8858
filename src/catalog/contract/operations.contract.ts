import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Catalog } from '../../operations/ports/catalog.ts'
import {
  deletion,
  jsUpload,
  made,
  type OpenCatalog,
  put,
  remove,
  restoration,
  samples,
  scopeOf,
  withCatalog,
} from './sample-uploads.fixture.ts'

const { to: _, ...undoing } = { ...deletion, at: 1800, undoUntil: 2800, reason: undefined }

/** What was done, as it is told afterwards. */
export function describeOperations(open: OpenCatalog): void {
  describe('the history', () => {
    test('tells who did what, when, why, from where and until when it can be undone', () =>
      withCatalog(open, async catalog => {
        await put(catalog, jsUpload('a'))
        await remove(catalog)
        const told = await catalog.operation(1, 1)
        assert.ok(told)
        const { totals, ...rest } = told
        assert.deepEqual(rest, {
          number: 1,
          kind: 'deletion',
          to: 'deleted',
          actor: { id: 'key_1', name: 'key_1' },
          address: '192.0.2.7',
          at: 1000,
          undoUntil: 2000,
          reason: 'a test',
          forced: false,
          selection: samples(),
          of: undefined,
          undoneBy: undefined,
          plan: undefined,
          left: undefined,
        })
        assert.deepEqual([totals.count, totals.size], [1, jsUpload('a').size])
      }))

    test('names the key of an operation, and no key of another organization', () =>
      withCatalog(open, async catalog => {
        const key = { type: 'application', creator: 'test', permissions: [], createdAt: 1, expiresAt: undefined } as const
        await catalog.createKey({ ...key, id: 'key_1', organizationName: 'default', name: 'robot', hash: 'h1' })
        await catalog.createKey({ ...key, id: 'key_2', organizationName: 'other', name: 'secret name', hash: 'h2' })
        await put(catalog, jsUpload('a'))
        await remove(catalog)
        made(await catalog.move(scopeOf(samples(), 'deleted'), { ...restoration, actor: 'key_2' }, {}))
        assert.deepEqual((await catalog.operation(1, 1))?.actor, { id: 'key_1', name: 'robot' })
        assert.deepEqual((await catalog.operation(1, 2))?.actor, { id: 'key_2', name: 'key_2' })
      }))

    test('is read newest first, a page at a time', () =>
      withCatalog(open, async catalog => {
        for (const name of ['a', 'b', 'c']) await put(catalog, jsUpload(name))
        for (const id of [1, 2, 3]) await remove(catalog, [id])
        const numbers = async (before?: number) =>
          (await catalog.listOperations(1, { before, limit: 2 })).map(operation => operation.number)
        assert.deepEqual([await numbers(), await numbers(2), await numbers(1)], [[3, 2], [1], []])
        assert.deepEqual(await catalog.listOperations(2, { before: undefined, limit: 2 }), [])
        assert.equal(await catalog.operation(2, 1), undefined)
      }))

    test('ties an undo to what it reversed, and an operation to its newest undo', () =>
      withCatalog(open, async catalog => {
        await put(catalog, jsUpload('a'))
        await remove(catalog)
        const undo = async (operation: number) => made(await catalog.undo({ organization: 1, operation }, undoing, { partial: false }))
        assert.deepEqual([(await undo(1)).operation, (await undo(2)).operation], [2, 3])
        const told = await Promise.all([1, 2, 3].map(number => catalog.operation(1, number)))
        assert.deepEqual(
          told.map(each => [each?.kind, each?.to, each?.of, each?.undoneBy, each?.selection, each?.undoUntil]),
          [
            ['deletion', 'deleted', undefined, 2, samples(), 2000],
            ['undo', 'live', 1, 3, undefined, undefined],
            ['undo', 'deleted', 2, undefined, undefined, 2800],
          ],
        )
      }))

    test('counts what a partial undo left', () =>
      withCatalog(open, async catalog => {
        for (const name of ['a', 'b', 'c']) await put(catalog, jsUpload(name))
        await remove(catalog)
        made(await catalog.move(scopeOf(samples([2]), 'deleted'), restoration, {}))
        made(await catalog.undo({ organization: 1, operation: 1 }, undoing, { partial: true }))
        assert.deepEqual((await catalog.operation(1, 3))?.left, { purged: 0, movedOn: 1, held: 0 })
        assert.equal((await catalog.operation(1, 3))?.totals.count, 2)
      }))

    test('has the members of an operation as they are now, by rising id and a page at a time', () =>
      withCatalog(open, async catalog => {
        for (let number = 1; number <= 9; number++) await put(catalog, jsUpload(`map ${number}`))
        await remove(catalog, [1, 2, 3, 5, 7, 8])
        made(await catalog.move(scopeOf(samples([3]), 'deleted'), restoration, {}))
        assert.deepEqual(await membersOf(catalog, 1, { after: 0, limit: 4 }), ['1 deleted 1', '2 deleted 1', '3 live 2', '5 deleted 1'])
        assert.deepEqual(await membersOf(catalog, 1, { after: 5, limit: 4 }), ['7 deleted 1', '8 deleted 1'])
        assert.deepEqual(await membersOf(catalog, 1, { after: 8, limit: 4 }), [])
        assert.deepEqual(await membersOf(catalog, 99, { after: 0, limit: 4 }), [])
        assert.deepEqual(await catalog.operationMembers(2, 1, { after: 0, limit: 4 }), [])
      }))
  })

  describe('a purge in the history', () => {
    test('follows the deletion it ended, and has the maps it took as members', () =>
      withCatalog(open, async catalog => {
        for (let number = 1; number <= 5; number++) await put(catalog, jsUpload(`map ${number}`))
        await remove(catalog)
        made(await catalog.move(scopeOf(samples([3]), 'deleted'), restoration, {}))
        const lease = { name: 'purge', holder: 'a test' } as const
        assert.ok(await catalog.takeLease(lease, 3000, 4000))
        const piece = { from: undefined, limit: 100, at: 3000, actor: 'mapkeep', lease, until: 4000 }
        const purged = await catalog.purgeMaps({ organization: 1, operation: 1 }, piece)
        assert.equal(purged?.count, 4)
        const [purge] = await catalog.listOperations(1, { before: undefined, limit: 1 })
        assert.deepEqual([purge?.kind, purge?.to, purge?.of, purge?.actor], ['purge', 'purged', 1, { id: 'mapkeep', name: 'mapkeep' }])
        const { number = 0 } = purge ?? {}
        assert.deepEqual(
          await membersOf(catalog, number, { after: 1, limit: 2 }),
          [2, 4].map(id => `${id} purged ${number}`),
        )
        assert.deepEqual(await membersOf(catalog, number, { after: 4, limit: 2 }), [`5 purged ${number}`])
        assert.equal((await catalog.operation(1, 1))?.undoneBy, undefined)
        assert.deepEqual((await catalog.deletedMaps({ organization: 1, selection: samples() }, undefined, 5)).maps, [])
      }))
  })

  describe('a list of deleted maps', () => {
    test('shows the newest upload first, with the operation that deleted it and until when it can be undone', () =>
      withCatalog(open, async catalog => {
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name))
        await remove(catalog, [1, 3])
        made(await catalog.move(scopeOf(samples([2])), { ...deletion, at: 1100, undoUntil: 2100 }, {}))
        assert.deepEqual(await deletedPage(catalog, undefined), { shown: ['3 1000 2000 op 1', '2 1100 2100 op 2'], next: 2 })
        assert.deepEqual(await deletedPage(catalog, 2), { shown: ['1 1000 2000 op 1'], next: undefined })
        made(await catalog.move(scopeOf(samples([2]), 'deleted'), restoration, {}))
        assert.deepEqual(await deletedPage(catalog, undefined), { shown: ['3 1000 2000 op 1', '1 1000 2000 op 1'], next: undefined })
        assert.deepEqual((await catalog.deletedMaps({ organization: 2, selection: samples() }, undefined, 2)).maps, [])
      }))

    test('merges several releases, and knows kinds without any', () =>
      withCatalog(open, async catalog => {
        for (let number = 0; number < 6; number++)
          await put(catalog, jsUpload(`map ${number}`, { attributes: { service: `s${number % 3}`, version: '1' } }))
        await put(catalog, jsUpload('pe', { kind: 'pe', attributes: { arch: 'x64' } }))
        const criteria = [
          { filter: 'service', values: ['s2', 's0'] },
          { filter: 'version', values: ['1'] },
        ] as const
        for (const selection of [{ kind: 'js', criteria } as const, { kind: 'pe', criteria: [] } as const]) {
          made(await catalog.move(scopeOf(selection), deletion, {}))
          const { maps } = await catalog.deletedMaps({ organization: 1, selection }, undefined, 3)
          assert.deepEqual(
            maps.map(map => map.id),
            selection.kind === 'js' ? [6, 4, 3] : [7],
          )
        }
      }))
  })
}

async function membersOf(catalog: Catalog, number: number, wish: { after: number; limit: number }): Promise<string[]> {
  const members = await catalog.operationMembers(1, number, wish)
  return members.map(({ id, state, lastOperation }) => `${id} ${state} ${lastOperation}`)
}

async function deletedPage(catalog: Catalog, before: number | undefined): Promise<{ shown: string[]; next: number | undefined }> {
  const { maps, next } = await catalog.deletedMaps({ organization: 1, selection: samples() }, before, 2)
  return { shown: maps.map(map => `${map.id} ${map.deletedAt} ${map.undoUntil} op ${map.operation}`), next }
}
