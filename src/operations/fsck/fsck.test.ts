import assert from 'node:assert/strict'
import { appendFileSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { type Finding, type FindingKind, findingKinds, findingNames, type InspectionReport, remaining } from '../../domain/inspection.ts'
import type { CopyName } from '../ports/blob-store.ts'
import { compressBlobs, condemnUnreferenced, removeCondemned, type Tidying } from '../tidy-blobs.ts'
import {
  type DamagedStore,
  damageEverything,
  fileOf,
  interruptUpload,
  strayCopy,
  temporaryFile,
  textsBelow,
  upload,
  withDamagedStore,
} from './damaged-store.fixture.ts'
import type { FsckParts } from './fsck-parts.ts'

const onStore = (body: (store: DamagedStore) => Promise<void>) => () => withDamagedStore(body)
const beside: Partial<FsckParts> = { withoutServer: work => work(false) }
const day = 86_400_000

describe('an inspection of whole stores', () => {
  test(
    'finds nothing, reads everything and changes nothing',
    onStore(async store => {
      for (const name of ['a', 'b']) await upload(store, name)
      await upload(store, 'c', 'bytes of a')
      await upload(store, 'd', 'shared by two parts')
      await compressBlobs(tidying(store))
      await removeCondemned(tidying(store))
      const before = textsBelow(store.folder)
      for (const repair of [false, true]) {
        const report = await store.inspect({ repair, verifyBytes: true })
        assert.deepEqual(found(report), [])
        const { copies, files, contents, maps, verifiedCopies } = report.checked
        assert.deepEqual({ copies, files, contents, verifiedCopies }, { copies: 5, files: 5, contents: 5, verifiedCopies: 5 })
        assert.equal(maps, 4)
        assert.equal(report.quarantine, undefined)
      }
      assert.deepEqual(textsBelow(store.folder), before)
    }),
  )

  test(
    'finds every sort of damage, exactly that, and changes nothing',
    onStore(async store => {
      await upload(store, 'whole')
      const damage = await damageEverything(store)
      const before = textsBelow(store.folder)
      const report = await store.inspect({ verifyBytes: true })
      assertFound(report, damage)
      assert.equal(remaining(report), findingNames.length)
      assert.deepEqual(textsBelow(store.folder), before)
      assertFound(await store.inspect({ verifyBytes: true }), damage)
    }),
  )

  test(
    'sees a changed byte only when it reads',
    onStore(async store => {
      const damage = await damageEverything(store)
      const { damaged_bytes, ...seen } = damage
      assertFound(await store.inspect(), seen)
      assert.ok(damaged_bytes)
    }),
  )

  test(
    'says which maps need what is lost',
    onStore(async store => {
      const damage = await damageEverything(store)
      const { findings } = await store.inspect({ verifyBytes: true })
      const of = (kind: FindingKind) => findings.filter(finding => finding.kind === kind)[0]
      assert.ok(damage)
      const [lost, gone] = [of('missing_copy'), of('missing_bytes')]
      assert.deepEqual([lost?.organization, lost?.mapCount, gone?.mapCount], ['default', 2, 1])
      assert.deepEqual(
        lost?.maps.map(({ kind, service, version, state }) => ({ kind, service, version, state })),
        Array(2).fill({ kind: 'js', service: 'shop', version: '1.0', state: 'live' }),
      )
    }),
  )

  test(
    'tells of some and counts all',
    onStore(async store => {
      for (let at = 0; at < 130; at++) strayCopy(store, `stray ${at}`)
      const report = await store.inspect({ repair: true })
      assert.deepEqual([report.counts.unreferenced_bytes, report.repaired.unreferenced_bytes], [130, 130])
      assert.equal(report.findings.length, 100)
    }),
  )
})

describe('a repair', () => {
  test(
    'mends what can be mended, moves instead of deleting, and leaves the rest to be told again',
    onStore(async store => {
      await upload(store, 'whole')
      const damage = await damageEverything(store)
      const before = textsBelow(store.folder)
      const lost = (await store.catalog.knownCopies(undefined, 100)).map(({ name }) => name).filter(name => isDamaged(store, damage, name))
      const report = await store.inspect({ repair: true, verifyBytes: true })
      const withoutCopy = [damage.missing_copy, ...lost.map(({ digest }) => digest)].sort()
      const isOfCopies = ({ kind }: Finding) => kind === 'missing_copy'
      const { missing_copy, ...others } = damage
      assert.equal(lost.length, 3)
      assert.deepEqual(
        report.findings
          .filter(isOfCopies)
          .map(finding => finding.digest)
          .sort(),
        withoutCopy,
      )
      assertFound(
        { ...report, findings: report.findings.filter(each => !isOfCopies(each)), counts: { ...report.counts, missing_copy: 0 } },
        others,
      )
      for (const { kind, repaired } of report.findings) assert.equal(repaired, findingKinds[kind].repair !== null, kind)
      const inQuarantine = (file: string): [string, string] => [file, path.join(report.quarantine ?? '', file)]
      const moved = new Map([
        ...[damage.unreferenced_bytes, damage.wrong_length, damage.damaged_bytes].map(inQuarantine),
        [path.join('.mapkeep-tmp', damage.temporary_file), path.join(report.quarantine ?? '', 'temporary', damage.temporary_file)],
      ])
      assert.deepEqual(textsBelow(store.folder), new Map([...before].map(([file, text]) => [moved.get(file) ?? file, text])))

      const again = await store.inspect({ repair: true, verifyBytes: true })
      assert.deepEqual(found(again).sort(), [
        ...withoutCopy.map(digest => `missing_copy ${digest}`),
        `missing_files ${damage.missing_files}`,
      ])
      assert.equal(remaining(again), 5)
    }),
  )

  test(
    'leaves what it gave up to the background work, which then leaves nothing',
    onStore(async store => {
      const { path: whole } = await fileOf(store, await upload(store, 'whole'))
      await interruptUpload(store)
      assert.equal((await store.inspect({ repair: true })).repaired.interrupted_upload, 1)
      await removeCondemned(tidying(store))
      const left = [...textsBelow(store.folder).keys()]
      assert.ok(left.includes(path.relative(store.folder, whole)))
      assert.equal(left.length, (await store.catalog.detail(1, 1))?.files.length)
      assert.deepEqual(found(await store.inspect()), [])
    }),
  )

  test(
    'mends the sizes that follow from wrong counts, too',
    onStore(async store => {
      const { copy } = await fileOf(store, await upload(store, 'a'))
      const sizes = (await store.catalog.wrongWeights(undefined, 10)).wrong
      store.execute(`update blob set reference_count = 4 where digest = '${copy.digest}'`)
      store.execute('update source_map set own_size = 0, shared_contents = 9')
      const report = await store.inspect({ repair: true })
      assert.deepEqual([report.repaired.wrong_reference_count, report.repaired.wrong_weight, remaining(report)], [1, 1, 0])
      assert.deepEqual(sizes, [])
      assert.deepEqual(found(await store.inspect()), [])
    }),
  )
})

describe('an upload of what is lost', () => {
  const damages: Record<string, (file: string) => void> = {
    gone: file => rmSync(file),
    longer: file => appendFileSync(file, 'x'),
    changed: file => writeFileSync(file, readFileSync(file, 'latin1').replace('b', 'd')),
  }
  for (const [how, damage] of Object.entries(damages)) {
    test(
      `gives its bytes back to every map that has them, after a repair, if the file is ${how}`,
      onStore(async store => {
        const [id, other] = [await upload(store, 'a', 'shared by two'), await upload(store, 'b', 'shared by two')]
        damage((await fileOf(store, id)).path)
        await store.inspect({ repair: true, verifyBytes: true })
        assert.equal(await upload(store, 'a', 'shared by two'), id)
        for (const map of [id, other]) assert.equal(readFileSync((await fileOf(store, map)).path, 'utf8'), 'shared by two')
        await removeCondemned(tidying(store))
        assert.deepEqual(found(await store.inspect({ repair: true, verifyBytes: true })), [])
      }),
    )
  }

  for (const how of ['gone', 'longer'])
    test(
      `does so without a repair, too, if the file is ${how}, and removes nothing`,
      onStore(async store => {
        const [id, other] = [await upload(store, 'a', 'shared by two'), await upload(store, 'b', 'shared by two')]
        const { path: file } = await fileOf(store, id)
        damages[how]?.(file)
        const left = textsBelow(store.folder)
        assert.equal(await upload(store, 'a', 'shared by two'), id)
        for (const map of [id, other]) assert.equal(readFileSync((await fileOf(store, map)).path, 'utf8'), 'shared by two')
        rmSync((await fileOf(store, id)).path)
        assert.equal(await upload(store, 'c', 'shared by two'), 3)
        for (const map of [id, other, 3]) assert.equal(readFileSync((await fileOf(store, map)).path, 'utf8'), 'shared by two')
        await removeCondemned(tidying(store))
        const now = textsBelow(store.folder)
        for (const [place, text] of left) assert.equal(now.get(place), text)
        assert.equal(found(await store.inspect()).length, how === 'gone' ? 0 : 1)
        assert.equal(remaining(await store.inspect({ repair: true, verifyBytes: true })), 0)
      }),
    )

  test(
    'that fails leaves the copy that seemed lost known, so that its file can be put back',
    onStore(async store => {
      const id = await upload(store, 'a')
      const { path: file } = await fileOf(store, id)
      const text = readFileSync(file)
      rmSync(file)
      const full = { ...store.blobs, keep: () => Promise.reject(new Error('the disk is full')) }
      await assert.rejects(upload({ ...store, blobs: full }, 'a'), /the disk is full/)
      writeFileSync(file, text)
      await removeCondemned(tidying(store))
      assert.deepEqual(found(await store.inspect({ verifyBytes: true })), [])
    }),
  )
})

describe('a repair after rows of files were lost', () => {
  const afterwards = async (store: DamagedStore) => {
    await condemnUnreferenced(tidying(store))
    await removeCondemned(tidying(store))
    return textsBelow(store.folder)
  }

  test(
    'leaves their bytes where they are, also from the background work',
    onStore(async store => {
      const id = await upload(store, 'a')
      const before = textsBelow(store.folder)
      store.execute(`delete from source_map_file where id = ${id}`)
      const report = await store.inspect({ repair: true })
      assert.deepEqual([report.counts.wrong_reference_count, report.repaired.wrong_reference_count, report.counts.missing_files], [2, 0, 1])
      assert.deepEqual(await afterwards(store), before)
    }),
  )

  test(
    'does not count down what other maps of the organization have, since a purge of these would take it',
    onStore(async store => {
      const [, id] = [await upload(store, 'a', 'shared by two'), await upload(store, 'b', 'shared by two')]
      store.execute(`delete from source_map_file where id = ${id}`)
      const report = await store.inspect({ repair: true })
      assert.deepEqual([report.counts.wrong_reference_count, report.repaired.wrong_reference_count], [1, 0])
    }),
  )
})

describe('beside a running server', () => {
  test(
    'an upload under way is no leftover, and ends well',
    onStore(async store => {
      await interruptUpload(store)
      temporaryFile(store)
      const first = await fileOf(store, await upload(store, 'a'))
      await store.catalog.reserveCopy(first.copy, 'brotli')
      const before = textsBelow(store.folder)
      const report = await store.inspect({ repair: true }, beside)
      assert.deepEqual([found(report), report.besideServer], [[], true])
      assert.deepEqual(textsBelow(store.folder), before)
      assert.equal((await store.catalog.intentsUpTo(Number.MAX_SAFE_INTEGER, undefined, 10)).length, 1)
    }),
  )

  test(
    'what has been there for more than a day is one',
    onStore(async store => {
      await interruptUpload(store)
      const [young, old] = [temporaryFile(store), temporaryFile(store)]
      const longAgo = (Date.now() - day - 60_000) / 1000
      utimesSync(path.join(store.folder, '.mapkeep-tmp', old), longAgo, longAgo)
      const later: Partial<FsckParts> = { ...beside, clock: () => Date.now() + day + 60_000 }
      assertFound(await store.inspect({}, beside), { temporary_file: old })
      store.execute(`update upload_intent set started_at = started_at - ${day + 60_000}`)
      assertFound(await store.inspect({}, beside), { temporary_file: old, interrupted_upload: 'begun' })
      assert.deepEqual((await store.inspect({}, later)).counts.temporary_file, 2)
      assert.ok(young)
    }),
  )

  test(
    'a copy that is given up, removed and forgotten at any moment is no damage',
    onStore(async store => {
      for (const verifyBytes of [false, true]) {
        const id = await upload(store, `map ${verifyBytes}`, `${'long enough to shrink '.repeat(500)} ${verifyBytes}`)
        const shrink = async () => {
          await compressBlobs(tidying(store))
          await removeCondemned(tidying(store))
        }
        const { copy } = await fileOf(store, id)
        // Between the row and its file
        const knownCopies: DamagedStore['catalog']['knownCopies'] = async (after, limit) => {
          const rows = await store.catalog.knownCopies(after, limit)
          await shrink()
          return rows
        }
        assert.deepEqual(found(await store.inspect({ verifyBytes }, { ...beside, catalog: { ...store.catalog, knownCopies } })), [])
        assert.notEqual((await fileOf(store, id)).copy.generation, copy.generation, 'the copy was there to be given up')
      }
    }),
  )

  test(
    'a file that goes with its row, or comes with it, between the two looks is no damage',
    onStore(async store => {
      const id = await upload(store, 'going', 'long enough to shrink '.repeat(500))
      const { copy } = await fileOf(store, id)
      const asked: CopyName[] = []
      const copiesNamed: DamagedStore['catalog']['copiesNamed'] = async names => {
        // Between the file and its row
        if (names.some(({ generation }) => generation === copy.generation)) {
          await compressBlobs(tidying(store))
          await removeCondemned(tidying(store))
          await upload(store, 'coming')
        }
        asked.push(...names)
        return store.catalog.copiesNamed(names)
      }
      const report = await store.inspect({ repair: true }, { ...beside, catalog: { ...store.catalog, copiesNamed } })
      assert.deepEqual(found(report), [])
      assert.ok(asked.some(({ generation }) => generation === copy.generation))
      assert.deepEqual(await store.catalog.copiesNamed([copy]), [], 'its row was forgotten')
      assert.deepEqual(found(await store.inspect({ verifyBytes: true })), [])
    }),
  )
})

test('an inspection tells how far it has come', () =>
  withDamagedStore(async store => {
    for (const name of ['a', 'b']) await upload(store, name)
    const steps = new Set<string>()
    const copies: (number | undefined)[] = []
    const onProgress: FsckParts['onProgress'] = ({ step, done, total }) => {
      steps.add(step)
      if (step === 'copies') copies.push(done, total)
    }
    await store.inspect({}, { onProgress })
    assert.deepEqual(copies, [4, 4])
    assert.deepEqual([...steps], ['intents', 'copies', 'files', 'files of maps', 'contents', 'maps'])
  }))

function tidying({ catalog, blobs }: DamagedStore): Tidying {
  return {
    catalog,
    blobs,
    codec: 'brotli',
    pause: async () => {},
    onFault: error => {
      throw error
    },
  }
}

function found({ findings }: InspectionReport): string[] {
  return findings.map(placeOf)
}

/** Exactly one finding of each of these sorts, at its place. */
function assertFound(report: InspectionReport, damage: Partial<Record<FindingKind, string>>): void {
  const expected = Object.entries(damage).map(([kind, place]) => `${kind} ${place}`)
  assert.deepEqual(found(report).sort(), expected.sort())
  for (const kind of findingNames) assert.equal(report.counts[kind], kind in damage ? 1 : 0, kind)
}

function placeOf({ kind, file, digest, detail }: Finding): string {
  const inWords = kind === 'wrong_weight' || kind === 'missing_files' ? /map \d+/.exec(detail)?.[0] : detail.split(' ')[0]
  return `${kind} ${file ?? digest ?? inWords}`
}

function isDamaged({ inspection }: DamagedStore, damage: Partial<Record<FindingKind, string>>, name: CopyName): boolean {
  const { missing_bytes, wrong_length, damaged_bytes } = damage
  return [missing_bytes, wrong_length, damaged_bytes].includes(inspection.placeOf(name))
}
