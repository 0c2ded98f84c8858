import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Upload } from '../../domain/upload.ts'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Db } from '../engine.ts'
import { checkWeights } from './check-weights.fixture.ts'
import { currentCopies } from './current-copies.fixture.ts'
import { type Random, seededRandom, storySeeds } from './random.fixture.ts'
import { declareNew, digestOf, jsUpload, type OpenCatalog, onCatalogOf, put, remove } from './sample-uploads.fixture.ts'

/** A catalog under test, and how far a random story has come. */
interface Story {
  readonly catalog: Catalog
  readonly db: Db
  readonly random: Random
  /** A number that was not given before. */
  next(): number
}

type Step = (story: Story) => Promise<unknown>

/** What each map occupies alone, kept in its row. */
export function describeWeights(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('what a map weighs', () => {
    test(
      'is the sum of its contents, each counted once',
      onCatalog(async (catalog, db) => {
        await put(catalog, uploadOfContents('a', [0, 1, 1]))
        assert.deepEqual((await checkWeights(db)).weights, { '1 1': { own_size: sizeOf(0) + sizeOf(1), shared_contents: 0 } })
        await put(catalog, jsUpload('b', { kind: 'repository', attributes: {}, files: [], size: 0 }))
        assert.deepEqual((await checkWeights(db)).weights['1 2'], { own_size: 0, shared_contents: 0 })
      }),
    )

    test(
      'is less by the contents that another map comes to have, too, if it is of the same organization',
      onCatalog(async (catalog, db) => {
        await put(catalog, uploadOfContents('a', [0, 1]))
        await put(catalog, uploadOfContents('b', [1, 2], 2))
        assert.equal((await checkWeights(db)).weights['1 1']?.own_size, sizeOf(0) + sizeOf(1))
        for (const name of ['c', 'd']) {
          await put(catalog, uploadOfContents(name, [1]))
          const { weights } = await checkWeights(db)
          assert.deepEqual(weights['1 1'], { own_size: sizeOf(0), shared_contents: 1 })
        }
      }),
    )

    test(
      'stays the same when it is uploaded again or deleted',
      onCatalog(async (catalog, db) => {
        for (const name of ['a', 'a', 'b']) await put(catalog, uploadOfContents(name, [0, 1, name === 'a' ? 2 : 3]))
        const before = await checkWeights(db)
        await remove(catalog, [1])
        assert.deepEqual(await checkWeights(db), before)
        assert.deepEqual(before.weights['1 1'], { own_size: sizeOf(2), shared_contents: 2 })
      }),
    )

    test(
      'follows its copies when they shrink',
      onCatalog(async (catalog, db) => {
        await put(catalog, uploadOfContents('a', [0, 1]))
        await compress({ catalog, copy: await currentCopy(db, digestOf('content 1')), size: 20 })
        assert.equal((await checkWeights(db)).weights['1 1']?.own_size, sizeOf(0) + 20)
        await put(catalog, uploadOfContents('b', [1]))
        await compress({ catalog, copy: await currentCopy(db, digestOf('content 1')), size: 10 })
        assert.equal((await checkWeights(db)).weights['1 1']?.own_size, sizeOf(0))
      }),
    )

    test(
      'agrees with its files after many uploads at once',
      onCatalog(async (catalog, db) => {
        const random = seededRandom(11)
        const uploads = Array.from({ length: 200 }, (_, number) => uploadOfContents(`${number}`, random.some(allContents, 0, 4)))
        await Promise.all(uploads.map(upload => put(catalog, upload)))
        const { references } = await checkWeights(db)
        assert.ok(Object.values(references).some(count => count > 10))
      }),
    )

    for (const seed of storySeeds(3))
      test(
        `agrees with its files after every step of random story ${seed}`,
        onCatalog(async (catalog, db) => {
          const random = seededRandom(seed)
          let given = 0
          const story = { catalog, db, random, next: () => ++given }
          const seen = { own: false, shared: false, alone: false }
          for (let at = 0; at < 80; at++) {
            const step = random.pick(steps)
            await step(story)
            const { references, weights } = await checkWeights(db, `seed ${seed}, step ${at}: ${step.name}`)
            seen.alone ||= Object.values(references).includes(0)
            seen.own ||= Object.values(weights).some(map => map.own_size > 0)
            seen.shared ||= Object.values(weights).some(map => map.shared_contents > 1)
          }
          assert.deepEqual(seen, { own: true, shared: true, alone: true })
        }),
      )
  })
}

const allContents = Array.from({ length: 16 }, (_, number) => number)

/** Every other one is worth compressing. */
function sizeOf(content: number): number {
  return (content % 2 === 0 ? 100 : 10_000) + content
}

/** An upload with a part for each of these contents. */
function uploadOfContents(name: string, contents: readonly number[], organization = 1): Upload {
  const files = contents.map((content, part) => ({
    part: `part ${part}`,
    fileName: undefined,
    digest: digestOf(`content ${content}`),
    size: sizeOf(content),
  }))
  return jsUpload(name, { organization, files })
}

function randomUpload({ random, next }: Story): Upload {
  const contents = random.some(allContents, 0, 4)
  const twice = contents.length > 0 && random.chance(0.3) ? [random.pick(contents)] : []
  return uploadOfContents(`map ${next()}`, [...contents, ...twice], random.chance(0.8) ? 1 : 2)
}

const steps: readonly Step[] = [
  async function upload(story) {
    await put(story.catalog, randomUpload(story))
  },
  async function uploadTwice(story) {
    const upload = randomUpload(story)
    assert.equal(await put(story.catalog, upload), await put(story.catalog, upload))
  },
  async function uploadTogether(story) {
    const uploads = Array.from({ length: 2 + story.random.below(5) }, () => randomUpload(story))
    await Promise.all([...uploads, ...uploads.slice(2)].map(upload => put(story.catalog, upload)))
  },
  async function uploadCrosswise({ catalog, ...story }) {
    const [one, two] = [randomUpload({ catalog, ...story }), randomUpload({ catalog, ...story })]
    const [first, second] = [await declareNew(catalog, one), await declareNew(catalog, two)]
    await catalog.commitUpload(second.intent, two)
    await checkWeights(story.db, 'between two uploads')
    await catalog.commitUpload(first.intent, one)
  },
  async function abandon(story) {
    const declared = await declareNew(story.catalog, randomUpload(story))
    await story.catalog.abandonUpload(declared.intent)
  },
  async function leaveBehind(story) {
    // What it wrote is stored and has no map: later uploads adopt it
    const upload = randomUpload(story)
    const lost = { part: 'lost', fileName: undefined, digest: digestOf(`lost ${story.next()}`), size: 4 }
    const declared = await declareNew(story.catalog, upload)
    assert.equal(await story.catalog.commitUpload(declared.intent, { ...upload, files: [...upload.files, lost] }), undefined)
  },
  async function condemnLeftovers({ catalog, random }) {
    await catalog.condemnUnreferenced(random.below(3))
  },
  async function shrink({ catalog, db, random }) {
    const copy = await anyCurrentCopy(db, random)
    if (copy) await compress({ catalog, copy, size: 1 + random.below(99) })
  },
  async function shrinkTwice({ catalog, db, random }) {
    const copy = await anyCurrentCopy(db, random)
    if (!copy) return
    const late = await catalog.reserveCopy(copy, 'brotli')
    await compress({ catalog, copy, size: 1 + random.below(99) })
    assert.equal(await catalog.switchCopy(copy, late, 1), false)
  },
]

async function compress({ catalog, copy, size }: { catalog: Catalog; copy: CopyName; size: number }): Promise<void> {
  assert.equal(await catalog.switchCopy(copy, await catalog.reserveCopy(copy, 'gzip'), size), true)
}

async function anyCurrentCopy(db: Db, random: Random): Promise<CopyName | undefined> {
  const copies = await copyNames(db).orderBy('blob.organization').orderBy('blob.digest').execute()
  return copies.length > 0 ? random.pick(copies) : undefined
}

function currentCopy(db: Db, digest: string): Promise<CopyName> {
  return copyNames(db).where('blob.digest', '=', digest).executeTakeFirstOrThrow()
}

function copyNames(db: Db) {
  return currentCopies(db).select(['copy.organization', 'copy.digest', 'copy.generation', 'copy.codec'])
}
