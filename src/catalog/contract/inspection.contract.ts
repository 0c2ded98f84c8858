import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { ContentName, IncompleteMap, MapName, WrongCount } from '../../operations/ports/inspection-catalog.ts'
import type { Db } from '../engine.ts'
import { checkWeights } from './check-weights.fixture.ts'
import { declareNew, digestOf, jsUpload, type OpenCatalog, put, remove, withCatalog } from './sample-uploads.fixture.ts'

/** Rows under examination. */
export function describeInspection(open: OpenCatalog): void {
  const onCatalog = (body: (catalog: Catalog, db: Db) => Promise<void>) => () => withCatalog(open, body)

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

  describe('an inspection of contents', () => {
    test(
      'finds nothing wrong with what uploads, repeats, deletions and open intents leave',
      onCatalog(async catalog => {
        const both = [digestOf('same'), digestOf('same')].map((digest, at) => ({ part: `part${at}`, fileName: undefined, digest, size: 4 }))
        for (const name of ['a', 'b', 'a']) await put(catalog, jsUpload(name, { files: both }))
        await put(catalog, jsUpload('c', { files: [] }))
        await remove(catalog, [1])
        await declareNew(catalog, jsUpload('d'))
        assert.deepEqual(await wrongIn(catalog, 1), [])
        assert.deepEqual(await wrongWeightsIn(catalog, 1), [])
      }),
    )

    test(
      'finds wrong counts, whichever page they are on, and counts them anew',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name))
        await put(catalog, jsUpload('b', { identity: 'another', organization: 2 }))
        await count(db, contentOf('b'), 3)
        await count(db, contentOf('d'), 0)
        const wrong = await wrongIn(catalog, 2)
        assert.deepEqual(
          sorted(wrong),
          sorted([
            { ...contentOf('b'), recorded: 3, counted: 1, withoutCopy: false },
            { ...contentOf('d'), recorded: 0, counted: 1, withoutCopy: false },
          ]),
        )
        assert.equal(await catalog.repairCounts([contentOf('a'), ...wrong]), 2)
        assert.deepEqual(await wrongIn(catalog, 2), [])
      }),
    )

    test(
      'counts deleted maps and not purged ones',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b']) await put(catalog, jsUpload(name))
        await remove(catalog, [1, 2])
        assert.deepEqual(await wrongIn(catalog, 10), [])
        await db.updateTable('source_map').set({ purged_at: 5 }).where('id', '=', 1).execute()
        assert.deepEqual(await wrongIn(catalog, 10), [{ ...contentOf('a'), recorded: 1, counted: 0, withoutCopy: false }])
        assert.deepEqual(await catalog.mapsWith(contentOf('a'), 10), [])
      }),
    )

    test(
      'never counts down to nothing, since what nothing needs is removed',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b']) await put(catalog, jsUpload(name))
        await db.deleteFrom('source_map_file').where('id', '=', 1).execute()
        const wrong = [{ ...contentOf('a'), recorded: 1, counted: 0, withoutCopy: false }]
        assert.deepEqual(await wrongIn(catalog, 10), wrong)
        assert.equal(await catalog.repairCounts([contentOf('a')]), 0)
        assert.deepEqual(await wrongIn(catalog, 10), wrong)
        assert.equal(await catalog.condemnUnreferenced(10), 0)
      }),
    )

    test(
      'finds contents that maps need and that have no stored copy, or no row at all',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name))
        await db.updateTable('blob').set({ generation: null }).where('digest', '=', contentOf('a').digest).execute()
        await db.updateTable('blob_copy').set({ state: 'condemned' }).where('digest', '=', contentOf('b').digest).execute()
        await db.deleteFrom('blob').where('digest', '=', contentOf('c').digest).execute()
        const lost = { counted: 1, withoutCopy: true }
        assert.deepEqual(
          sorted(await wrongIn(catalog, 1)),
          sorted([
            { ...contentOf('a'), recorded: 1, ...lost },
            { ...contentOf('b'), recorded: 1, ...lost },
            { ...contentOf('c'), recorded: undefined, ...lost },
          ]),
        )
      }),
    )

    test(
      'names the maps that have a content, newest first, each once, and none of another organization',
      onCatalog(async catalog => {
        const files = ['one', 'two'].map(part => ({ part, fileName: undefined, digest: contentOf('a').digest, size: 4 }))
        for (const name of ['a', 'b', 'c']) await put(catalog, jsUpload(name, { files }))
        await put(catalog, jsUpload('a', { organization: 2 }))
        await remove(catalog, [2])
        const map = { kind: 'js', service: 'shop', version: '1.0' }
        assert.deepEqual(await catalog.mapsWith(contentOf('a'), 2), [
          { ...map, id: 3, state: 'live' },
          { ...map, id: 2, state: 'deleted' },
        ])
      }),
    )
  })

  describe('an inspection of maps', () => {
    test(
      'finds sizes that are out of step, whichever page they are on, and sums them anew',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name))
        await put(catalog, jsUpload('a', { identity: 'another' }))
        await put(catalog, jsUpload('a', { organization: 2 }))
        assert.deepEqual(await wrongWeightsIn(catalog, 2), [])
        await db.updateTable('source_map').set({ own_size: sql`own_size + 1` }).where('organization', '=', 1).where('id', '=', 2).execute()
        await db.updateTable('source_map').set({ shared_contents: 7 }).where('organization', '=', 2).execute()
        await db.updateTable('source_map').set({ shared_contents: 0 }).where('organization', '=', 1).where('id', '=', 5).execute()
        const wrong = await wrongWeightsIn(catalog, 2)
        assert.deepEqual(wrong, [
          { organization: 1, id: 2 },
          { organization: 1, id: 5 },
          { organization: 2, id: 1 },
        ])
        await catalog.repairWeights(wrong)
        assert.deepEqual(await wrongWeightsIn(catalog, 2), [])
      }),
    )

    test(
      'finds maps whose shared contents are listed wrongly, and lists them anew',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'b', 'c', 'd', 'e']) await put(catalog, jsUpload(name, { content: name, files: jsUpload('a').files }))
        await put(catalog, jsUpload('alone'))
        await db.updateTable('source_map').set({ deleted_at: 5, purged_at: 6, shared_contents: 0 }).where('id', '=', 5).execute()
        await catalog.repairCounts([contentOf('a')])
        await db.deleteFrom('shared_content').where('id', '=', 2).execute()
        await db.updateTable('shared_content').set({ digest: 'none' }).where('id', '=', 3).execute()
        await db.insertInto('shared_content').values({ organization: 1, id: 4, digest: 'none' }).execute()
        await db
          .insertInto('shared_content')
          .values({ ...contentOf('alone'), id: 6 })
          .execute()
        const wrong = await wrongWeightsIn(catalog, 2)
        assert.deepEqual(
          wrong.map(map => map.id),
          [2, 3, 4, 5, 6],
        )
        await catalog.repairWeights(wrong)
        assert.deepEqual(await wrongWeightsIn(catalog, 2), [])
        await checkWeights(db)
      }),
    )
  })

  describe('an inspection of files', () => {
    test(
      'finds unpurged maps without rows of files that their kind requires, whichever page they are on',
      onCatalog(async (catalog, db) => {
        const file = (part: string) => ({ part, fileName: undefined, digest: digestOf(part), size: 4 })
        const both = ['source_map', 'minified_file'].map(file)
        for (const name of ['a', 'b', 'c', 'd']) await put(catalog, jsUpload(name, { files: both }))
        await put(catalog, jsUpload('optional', { kind: 'react', files: [file('source_map')] }))
        await put(catalog, jsUpload('no file at all is needed', { kind: 'repository', files: [] }))
        await put(catalog, jsUpload('a', { organization: 2, kind: 'jvm', files: [file('jvm_mapping_file')] }))
        assert.deepEqual(await incompleteIn(catalog, 2), [])
        await remove(catalog, [2, 4])
        await db.updateTable('source_map').set({ purged_at: 5 }).where('organization', '=', 1).where('id', '=', 4).execute()
        await db.deleteFrom('source_map_file').where('id', 'in', [1, 4]).execute()
        await db.deleteFrom('source_map_file').where('id', '=', 2).where('part', '=', 'source_map').execute()
        assert.deepEqual(await incompleteIn(catalog, 2), [
          { organization: 1, id: 1, kind: 'js', lacks: ['source_map', 'minified_file'] },
          { organization: 1, id: 2, kind: 'js', lacks: ['source_map'] },
          { organization: 2, id: 1, kind: 'jvm', lacks: ['jvm_mapping_file'] },
        ])
      }),
    )
  })

  describe('copies that are given up', () => {
    test(
      'are forgotten if they are stored, and maps weigh less without them',
      onCatalog(async (catalog, db) => {
        await put(catalog, jsUpload('a'))
        for (const identity of ['one', 'two']) await put(catalog, jsUpload('shared', { identity }))
        const { intent, write } = await declareNew(catalog, jsUpload('under way'))
        const copies = (await catalog.knownCopies(undefined, 10)).map(({ name }) => name)
        await catalog.giveUpCopies(copies)
        assert.deepEqual(
          (await catalog.knownCopies(undefined, 10)).map(({ name }) => name),
          write,
        )
        assert.equal((await wrongIn(catalog, 10)).filter(each => each.withoutCopy).length, 2)
        const { weights } = await checkWeights(db)
        assert.deepEqual(weights['1 1'], { own_size: 0, shared_contents: 0 })
        assert.ok(await catalog.commitUpload(intent, jsUpload('under way')))
        assert.deepEqual(await wrongWeightsIn(catalog, 10), [])
      }),
    )

    test(
      'come back with a repeat, for its own map and for all others that have the content',
      onCatalog(async (catalog, db) => {
        const id = await put(catalog, jsUpload('a'))
        const other = await put(catalog, jsUpload('a', { identity: 'another' }))
        await catalog.giveUpCopies((await catalog.knownCopies(undefined, 10)).map(({ name }) => name))
        const twins = [await declareNew(catalog, jsUpload('a')), await declareNew(catalog, jsUpload('a'))]
        const [first, second] = [await committed(catalog, twins[0]), await committed(catalog, twins[1])]
        assert.deepEqual(first, { id, repeat: true, unneeded: [] })
        assert.deepEqual(second, { id, repeat: true, unneeded: twins[1]?.write })
        for (const map of [id, other]) assert.deepEqual((await catalog.detail(1, map))?.files[0]?.copy, twins[0]?.write[0])
        assert.deepEqual(await wrongIn(catalog, 10), [])
        await checkWeights(db)
        assert.equal(await put(catalog, jsUpload('a')), id)
      }),
    )

    test(
      'come back with an upload of their content for another map, too',
      onCatalog(async (catalog, db) => {
        const id = await put(catalog, jsUpload('a'))
        await catalog.giveUpCopies((await catalog.knownCopies(undefined, 10)).map(({ name }) => name))
        assert.equal(await put(catalog, jsUpload('a', { identity: 'another' })), 2)
        assert.equal((await catalog.detail(1, id))?.files.length, 1)
        assert.deepEqual(await wrongIn(catalog, 10), [])
        await checkWeights(db)
      }),
    )

    test(
      'come back when their content had lost its row, or names a copy that is not stored',
      onCatalog(async (catalog, db) => {
        const [first, second] = [await put(catalog, jsUpload('a')), await put(catalog, jsUpload('b'))]
        await db.deleteFrom('blob').where('digest', '=', contentOf('a').digest).execute()
        await db.deleteFrom('blob_copy').execute()
        assert.deepEqual([await put(catalog, jsUpload('a')), await put(catalog, jsUpload('b'))], [first, second])
        assert.deepEqual(await wrongIn(catalog, 10), [])
        assert.equal(await catalog.condemnUnreferenced(10), 0)
        await checkWeights(db)
      }),
    )

    test(
      'only seem lost: nothing is given up before the new bytes are durable, and a copy that took their place stays',
      onCatalog(async (catalog, db) => {
        const id = await put(catalog, jsUpload('a'))
        const [copy] = (await catalog.knownCopies(undefined, 10)).map(({ name }) => name)
        assert.ok(copy)
        const declared = await catalog.declareUpload(jsUpload('a'), [copy])
        assert.ok('intent' in declared)
        assert.deepEqual((await catalog.detail(1, id))?.files[0]?.copy, copy)
        const smaller = await catalog.reserveCopy(copy, 'gzip')
        await catalog.switchCopy(copy, smaller, 3)
        assert.deepEqual(await catalog.commitUpload(declared.intent, jsUpload('a'), [copy]), { id, repeat: true, unneeded: declared.write })
        assert.deepEqual((await catalog.detail(1, id))?.files[0]?.copy, smaller)
        const again = await catalog.declareUpload(jsUpload('a'), [smaller])
        assert.ok('intent' in again)
        assert.deepEqual(await catalog.commitUpload(again.intent, jsUpload('a'), [smaller]), { id, repeat: true, unneeded: [] })
        assert.deepEqual((await catalog.detail(1, id))?.files[0]?.copy, again.write[0])
        await checkWeights(db)
      }),
    )
  })

  describe('an inspection of intents', () => {
    test(
      'names those that are old enough, each once, and ends them: their copies are condemned',
      onCatalog(async (catalog, db) => {
        const files = ['one', 'two'].map(part => ({ part, fileName: undefined, digest: digestOf(part), size: 3 }))
        const first = await declareNew(catalog, jsUpload('a', { files }))
        const second = await declareNew(catalog, jsUpload('b'))
        await db.updateTable('upload_intent').set({ started_at: 100 }).where('number', '=', first.intent).execute()
        assert.deepEqual(await catalog.intentsUpTo(99, undefined, 10), [])
        assert.deepEqual(await catalog.intentsUpTo(100, undefined, 10), [{ number: first.intent, startedAt: 100 }])
        const [one] = await catalog.intentsUpTo(Number.MAX_SAFE_INTEGER, undefined, 1)
        const [two, ...none] = await catalog.intentsUpTo(Number.MAX_SAFE_INTEGER, one?.number, 10)
        assert.deepEqual(new Set([one?.number, two?.number]), new Set([first.intent, second.intent]))
        assert.deepEqual(none, [])
        await catalog.endIntents([first.intent])
        assert.deepEqual(
          (await catalog.intentsUpTo(Number.MAX_SAFE_INTEGER, undefined, 10)).map(each => each.number),
          [second.intent],
        )
        assert.deepEqual((await catalog.condemned(10)).map(nameText).sort(), first.write.map(nameText).sort())
        assert.ok(await catalog.commitUpload(second.intent, jsUpload('b')), 'the other upload goes on')
      }),
    )
  })
}

async function committed(catalog: Catalog, declared: { readonly intent: number } | undefined) {
  return catalog.commitUpload(declared?.intent ?? 0, jsUpload('a'))
}

async function incompleteIn(catalog: Catalog, limit: number): Promise<IncompleteMap[]> {
  const all: IncompleteMap[] = []
  let next: MapName | undefined
  do {
    const stretch = await catalog.incompleteMaps(next, limit)
    all.push(...stretch.wrong)
    next = stretch.next
  } while (next)
  return all.sort((a, b) => a.organization - b.organization || a.id - b.id)
}

/** The content of a sample in organization 1. */
function contentOf(name: string): ContentName {
  return { organization: 1, digest: jsUpload(name).files[0]?.digest ?? '' }
}

function copyOf(names: readonly CopyName[], upload: string): CopyName | undefined {
  return names.find(({ digest }) => digest === contentOf(upload).digest)
}

async function count(db: Db, { organization, digest }: ContentName, references: number): Promise<void> {
  const blob = db.updateTable('blob').set({ reference_count: references })
  await blob.where('organization', '=', organization).where('digest', '=', digest).execute()
}

async function wrongIn(catalog: Catalog, limit: number): Promise<WrongCount[]> {
  const all: WrongCount[] = []
  let next: ContentName | undefined
  do {
    const stretch = await catalog.wrongCounts(next, limit)
    all.push(...stretch.wrong)
    next = stretch.next
  } while (next)
  return all
}

async function wrongWeightsIn(catalog: Catalog, limit: number): Promise<MapName[]> {
  const all: MapName[] = []
  let next: MapName | undefined
  do {
    const stretch = await catalog.wrongWeights(next, limit)
    all.push(...stretch.wrong)
    next = stretch.next
  } while (next)
  return all
}

function sorted(wrong: readonly WrongCount[]): WrongCount[] {
  return [...wrong].sort((a, b) => a.digest.localeCompare(b.digest))
}

function nameText({ organization, digest, generation, codec }: CopyName): string {
  return `${organization} ${digest} ${generation} ${codec}`
}
