import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CopyName, MissingCopy } from '../../operations/ports/blob-store.ts'
import { copyOf, large, pieces, plenty, put, putAs, readAll, small } from './samples.ts'
import type { OpenStore, StoreUnderTest } from './store-under-test.ts'

const quarantine = '20300102T030405678Z'

/** What an inspection sees and moves. */
export function inspecting(open: OpenStore): void {
  test('an inspection finds every copy once, in whichever codec and organization', async t => {
    const under = await open(t)
    const { store, inspection } = under
    const copies = [
      await put(store, small),
      await put(store, small),
      await put(store, small, { organization: 12 }),
      await putAs(store, large, 'gzip'),
    ]
    assert.deepEqual((await found(under)).map(nameText).sort(), copies.map(nameText).sort())
    for (const copy of copies) assert.ok(((await inspection.measure(copy)) ?? 0) > 0)
    assert.equal(await inspection.measure(copies[0] ?? copyOf(small)), small.length)
    assert.equal(await inspection.measure(copyOf(small)), undefined)
    for (const copy of [...copies, copyOf(small)]) assert.equal(await store.measure(copy), await inspection.measure(copy))
  })

  test('an inspection of an empty store finds nothing', async t => {
    const under = await open(t)
    assert.deepEqual(await found(under), [])
    assert.deepEqual(await temporary(under), [])
    assert.equal(await under.inspection.installation(), undefined)
  })

  test('an inspection reads copies as the store does, and knows whose they are', async t => {
    const { store, inspection } = await open(t)
    await store.claim('mine')
    const copy = await putAs(store, large, 'brotli')
    const chunks: Uint8Array[] = []
    for await (const chunk of await inspection.read(copy)) chunks.push(chunk)
    assert.deepEqual(Buffer.concat(chunks), large)
    await assert.rejects(inspection.read(copyOf(large)), MissingCopy)
    assert.equal(await inspection.installation(), 'mine')
  })

  test('a copy in quarantine is whole, but no copy any more: neither reading nor inspecting nor sweeping comes across it', async t => {
    const under = await open(t)
    const { store, inspection, names } = under
    const [gone, stays] = [await put(store, small), await putAs(store, large, 'gzip')]
    const place = inspection.placeOf(gone)
    assert.equal(await inspection.quarantineCopy(gone, quarantine), true)
    assert.equal(await inspection.quarantineCopy(gone, quarantine), false)
    assert.deepEqual((await found(under)).map(nameText), [nameText(stays)])
    await assert.rejects(store.read(gone), MissingCopy)
    await store.remove(gone)
    await store.sweep()
    const all = ['quarantine', quarantine, place].join('/')
    assert.deepEqual([...(await names())].sort(), [inspection.placeOf(stays), all].sort())
    assert.deepEqual(await readAll(store, stays), large)
  })

  test('a temporary file in quarantine is swept by nobody, and its upload fails without leaving a copy', async t => {
    const under = await open(t)
    const { store, inspection, names } = under
    const spooled = await store.receive(pieces(large), plenty)
    const [file, ...none] = await temporary(under)
    assert.deepEqual(none, [])
    assert.equal(file?.size, large.length)
    assert.ok(file && Math.abs(Date.now() - file.changedAt) < 60_000)
    assert.equal(await inspection.quarantineTemporary(file.name, quarantine), true)
    assert.equal(await inspection.quarantineTemporary(file.name, quarantine), false)
    await assert.rejects(store.keep(spooled, copyOf(large)))
    await store.discard(spooled)
    await store.sweep()
    assert.deepEqual(await names(), [`quarantine/${quarantine}/temporary/${file.name}`])
    assert.deepEqual([await found(under), await temporary(under)], [[], []])
  })

  test('nothing is moved under a name that could lead elsewhere', async t => {
    const { store, inspection, names } = await open(t)
    const copy = await put(store, small)
    for (const name of ['', '..', '../../elsewhere', 'a/b']) await assert.rejects(inspection.quarantineCopy(copy, name), RangeError)
    for (const name of ['', '..', inspection.placeOf(copy)])
      await assert.rejects(inspection.quarantineTemporary(name, quarantine), RangeError)
    assert.deepEqual(await names(), [inspection.placeOf(copy)])
  })
}

async function found({ inspection }: StoreUnderTest): Promise<CopyName[]> {
  const all: CopyName[] = []
  for await (const { copies, foreign } of inspection.keptFiles()) {
    assert.equal(foreign, 0)
    all.push(...copies)
  }
  return all
}

async function temporary({ inspection }: StoreUnderTest) {
  const all = []
  for await (const page of inspection.temporaryFiles()) all.push(...page)
  return all
}

function nameText({ organization, digest, generation, codec }: CopyName): string {
  return `${organization} ${digest} ${generation} ${codec}`
}
