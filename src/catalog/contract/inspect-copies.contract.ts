import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import { declareNew, jsUpload, type OpenCatalog, onCatalogOf, put } from './sample-uploads.fixture.ts'
import { contentOf, nameText } from './wrong-rows.fixture.ts'

/** Copies under examination. */
export function describeCopyInspection(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('an inspection of copies', () => {
    test(
      'reads all of them in pages, of every organization, with what look-ups and maps make of them',
      onCatalog(async catalog => {
        for (const name of ['a', 'b', 'c']) await put(catalog, jsUpload(name))
        await put(catalog, jsUpload('a', { organization: 2 }))
        const { write } = await declareNew(catalog, jsUpload('d'))
        const copies = []
        let page = await catalog.knownCopies(undefined, 2)
        for (; page.length > 0; page = await catalog.knownCopies(copies.at(-1)?.name, 2)) copies.push(...page)
        assert.equal(await catalog.countCopies(), 5)
        assert.equal(new Set(copies.map(({ name }) => nameText(name))).size, 5)
        assert.deepEqual(copies.map(({ name }) => name.organization).sort(), [1, 1, 1, 1, 2])
        const reserved = copies.find(({ name }) => name.generation === write[0]?.generation)
        assert.deepEqual([reserved?.state, reserved?.current, reserved?.references], ['reserved', false, 0])
        const first = copies.find(({ name }) => name.organization === 2)
        assert.deepEqual([first?.state, first?.current, first?.references, first?.storedSize], ['stored', true, 1, jsUpload('a').size])
      }),
    )

    test(
      'knows copies by their whole name, in any state',
      onCatalog(async catalog => {
        await put(catalog, jsUpload('a'))
        await put(catalog, jsUpload('b', { organization: 2 }))
        const { intent, write } = await declareNew(catalog, jsUpload('c'))
        await catalog.abandonUpload(intent)
        const known = (await catalog.knownCopies(undefined, 10)).map(({ name }) => name)
        const [a, b] = [copyOf(known, 'a'), copyOf(known, 'b')]
        const [c] = write
        assert.ok(a && b && c)
        const strangers: CopyName[] = [
          { ...a, generation: 'other' },
          { ...a, codec: 'brotli' },
          { ...a, organization: 2 },
          { ...a, digest: b.digest },
        ]
        const found = await catalog.copiesNamed([...strangers, c, b, a])
        assert.deepEqual(
          found.map(({ name, state }) => `${nameText(name)} ${state}`).sort(),
          [`${nameText(a)} stored`, `${nameText(b)} stored`, `${nameText(c)} condemned`].sort(),
        )
        assert.deepEqual(await catalog.copiesNamed([]), [])
      }),
    )

    test(
      'tells reserved copies that belong to no upload',
      onCatalog(async catalog => {
        await put(catalog, jsUpload('a'))
        await declareNew(catalog, jsUpload('b'))
        const [known] = (await catalog.knownCopies(undefined, 10)).filter(({ state }) => state === 'stored')
        assert.ok(known)
        const [first, second] = [await catalog.reserveCopy(known.name, 'gzip'), await catalog.reserveCopy(known.name, 'brotli')]
        const [one, ...none] = await catalog.strayReservations(undefined, 1)
        const [two, ...more] = await catalog.strayReservations(one, 5)
        assert.deepEqual([none, more], [[], []])
        assert.deepEqual(new Set([one, two].map(name => name?.generation)), new Set([first.generation, second.generation]))
        await catalog.releaseCopy(first)
        await catalog.releaseCopy(second)
        assert.deepEqual(await catalog.strayReservations(undefined, 5), [])
      }),
    )
  })
}

function copyOf(names: readonly CopyName[], upload: string): CopyName | undefined {
  return names.find(({ digest }) => digest === contentOf(upload).digest)
}
