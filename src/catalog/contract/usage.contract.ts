import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type UsageGroup, usageGroups } from '../../domain/usage-groups.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Passage } from '../../operations/ports/passage-catalog.ts'
import type { Usage } from '../../operations/ports/usage-catalog.ts'
import { purgeDue } from './purge-due.fixture.ts'
import { type Random, seededRandom, storySeeds } from './random.fixture.ts'
import { usageOf, usageOfAll } from './reference-usage.fixture.ts'
import { digestOf, jsUpload, type OpenCatalog, onCatalogOf, put, scopeOf, uploadOf } from './sample-uploads.fixture.ts'

const deletion: Passage = {
  to: 'deleted',
  actor: 'key_1',
  address: undefined,
  at: 1000,
  undoUntil: 2000,
  reason: undefined,
  forced: false,
}

/** What maps take, as uploaded and as stored. */
export function describeUsage(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

  describe('usage', () => {
    test(
      'charges the content of several maps to them in whole bytes that add up',
      onCatalog(async catalog => {
        for (const [service, name] of ['a', 'b', 'c'].entries()) await put(catalog, sharing(name, { service: `s${service}` }))
        assert.deepEqual(await storedBy(catalog, 'service'), { s0: 4, s1: 3, s2: 3 })
        assert.deepEqual(await catalog.storedBytes(0), { ...(await usageOfAll(catalog, [1, 2], 0)), storedSize: 10, recentSize: 10 })
      }),
    )

    test(
      'charges a map once for a content that two of its files have',
      onCatalog(async catalog => {
        const [file] = sharing('a').files
        assert.ok(file)
        await put(catalog, sharing('a', { service: 's0' }, { files: [file, { ...file, part: 'minified_file' }] }))
        assert.deepEqual(await storedBy(catalog, 'service'), { s0: 10 })
        await put(catalog, sharing('b', { service: 's1' }))
        assert.deepEqual(await storedBy(catalog, 'service'), { s0: 5, s1: 5 })
      }),
    )

    test(
      'counts deleted maps as waiting, and a content as the operator’s waiting bytes when no live map has it',
      onCatalog(async catalog => {
        const ids = [await put(catalog, sharing('a')), await put(catalog, sharing('b'))]
        await removeJs(catalog, ids.slice(0, 1))
        const { groups } = await catalog.usage(1, ['mapkind'], 0)
        const [sums] = groups
        assert.deepEqual([sums?.maps, sums?.deletedMaps, sums?.storedSize, sums?.waitingSize], [1, 1, 10, 5])
        assert.equal((await catalog.storedBytes(0)).waitingSize, 0)
        await removeJs(catalog, ids.slice(1))
        assert.equal((await catalog.storedBytes(0)).waitingSize, 10)
      }),
    )

    test(
      'forgets purged maps',
      onCatalog(async catalog => {
        const ids = [await put(catalog, sharing('a')), await put(catalog, sharing('b')), await put(catalog, jsUpload('c'))]
        await removeJs(catalog, [ids[0] ?? 0, ids[2] ?? 0])
        await purgeDue(catalog, 3000)
        const { groups } = await catalog.usage(1, ['mapkind'], 0)
        assert.deepEqual(
          groups.map(({ maps, deletedMaps, storedSize }) => [maps, deletedMaps, storedSize]),
          [[1, 0, 10]],
        )
        assert.deepEqual(await catalog.storedBytes(0), await usageOfAll(catalog, [1, 2], 0))
      }),
    )

    test(
      'keeps maps without an attribute apart, and names keys as long as they are known',
      onCatalog(async catalog => {
        const key = { id: 'key_2', type: 'api', name: 'ci', creator: 'test', permissions: [], createdAt: 1, expiresAt: undefined } as const
        await catalog.createKey({ ...key, hash: 'hash', organizationName: 'default' })
        await put(catalog, uploadOf({ kind: 'elf', attributes: {}, uploader: 'key_2' }, 'elf'))
        await put(catalog, jsUpload('js', { uploader: 'key_gone' }))
        const { groups } = await catalog.usage(1, ['service', 'uploader'], 0)
        assert.deepEqual(
          new Set(groups.map(({ group, uploaderName }) => ({ ...group, uploaderName }))),
          new Set([
            { uploader: 'key_2', uploaderName: 'ci' },
            { service: 'shop', uploader: 'key_gone', uploaderName: undefined },
          ]),
        )
      }),
    )

    test(
      'is nothing where nothing is stored, and never another organization’s',
      onCatalog(async catalog => {
        const nothing = { groups: [], firstUploadAt: undefined }
        assert.deepEqual(await catalog.storedBytes(0), { storedSize: 0, waitingSize: 0, recentSize: 0, firstUploadAt: undefined })
        await put(catalog, sharing('a'))
        assert.deepEqual(await catalog.usage(2, ['service'], 0), nothing)
        assert.deepEqual(await catalog.usage(2, [...usageGroups], 0), await catalog.usage(3, [...usageGroups], 0))
        await put(catalog, sharing('b', {}, { organization: 2 }))
        assert.deepEqual(await storedBy(catalog, 'service'), { shop: 10 })
        assert.equal((await catalog.storedBytes(0)).storedSize, 20, 'equal contents of two organizations are stored twice')
      }),
    )

    for (const seed of storySeeds(3))
      test(
        `adds up for maps that share contents at random (${seed})`,
        onCatalog(async catalog => {
          const times = await fillAtRandom(catalog, seededRandom(seed))
          for (const since of [0, times[Math.floor(times.length / 2)] ?? 0, times.at(-1) ?? 0, (times.at(-1) ?? 0) + 1]) {
            for (const by of [...usageGroups.map(each => [each]), ['service', 'version'], [...usageGroups]] as UsageGroup[][])
              for (const organization of [1, 2])
                assert.deepEqual(
                  inOrder((await catalog.usage(organization, by, since)).groups),
                  inOrder((await usageOf(catalog, organization, { by, since })).groups),
                )
            assert.deepEqual(await catalog.storedBytes(since), await usageOfAll(catalog, [1, 2], since))
          }
        }),
      )
  })
}

/** A map of ten bytes that all such maps share. */
function sharing(name: string, attributes: { service?: string } = {}, changes: Parameters<typeof jsUpload>[1] = {}) {
  const files = [{ part: 'source_map', fileName: undefined, digest: digestOf('shared'), size: 10 }]
  return jsUpload(name, { ...jsUpload(name), attributes: { ...jsUpload(name).attributes, ...attributes }, files, size: 10, ...changes })
}

async function storedBy(catalog: Catalog, by: UsageGroup): Promise<Record<string, number>> {
  const { groups } = await catalog.usage(1, [by], 0)
  return Object.fromEntries(groups.map(({ group, storedSize }) => [group[by] ?? '', storedSize]))
}

async function removeJs(catalog: Catalog, ids: readonly number[], organization = 1): Promise<void> {
  const selection = { kind: 'js', criteria: [{ filter: 'id', values: ids.map(String) }] } as const
  const moved = await catalog.move({ ...scopeOf(selection), organization }, deletion, {})
  assert.ok('operation' in moved, JSON.stringify(moved))
}

/** Maps of both organizations that share contents with each other, some deleted, some purged, some compressed; gives when they came. */
async function fillAtRandom(catalog: Catalog, random: Random): Promise<number[]> {
  const times: number[] = []
  const js: Record<1 | 2, number[]> = { 1: [], 2: [] }
  for (let number = 0; number < 60; number++) {
    const organization = random.pick([1, 1, 1, 2] as const)
    const id = await put(catalog, randomUpload(random, organization, number))
    const detail = await catalog.detail(organization, id)
    times.push(detail?.map.createdAt ?? 0)
    if (detail?.map.kind === 'js') js[organization].push(id)
    if (number === 30) {
      for (const each of [1, 2] as const) await removeJs(catalog, random.some(js[each], 2, 4), each)
      await purgeDue(catalog, 3000)
    }
  }
  for (const { name, size } of random.some([...(await catalog.compressible(100))], 3, 10))
    await catalog.switchCopy(name, await catalog.reserveCopy(name, 'gzip'), 1 + random.below(size))
  await removeJs(
    catalog,
    random.some(
      js[1].filter(id => id > 31),
      3,
      6,
    ),
  )
  return times
}

function randomUpload(random: Random, organization: 1 | 2, number: number) {
  const contents = random.some(
    [...Array(8).keys()].map(each => `shared ${each}`),
    0,
    3,
  )
  if (random.chance(0.5)) contents.push(`own ${number}`)
  if (contents.length > 0 && random.chance(0.3)) contents.push(contents[0] ?? '')
  const files = contents.map((content, at) => ({
    part: `part_${at}`,
    fileName: undefined,
    digest: digestOf(content),
    size: sizeOf(content),
  }))
  const kind = random.pick(['js', 'js', 'jvm', 'elf'] as const)
  return jsUpload(`map ${number}`, {
    organization,
    kind,
    attributes: kind === 'elf' ? {} : { service: random.pick(['shop', 'web']), version: random.pick(['1', '2', '3']) },
    files,
    size: files.reduce((sum, file) => sum + file.size, 0),
    uploader: random.pick(['key_1', 'key_2']),
  })
}

/** Odd enough to leave a rest when it is shared out. */
function sizeOf(content: string): number {
  return 5000 + (Number.parseInt(digestOf(content).slice(0, 4), 16) % 997)
}

function inOrder(groups: readonly Usage[]): Usage[] {
  const key = ({ group }: Usage) => JSON.stringify(usageGroups.map(each => group[each] ?? null))
  return [...groups].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
