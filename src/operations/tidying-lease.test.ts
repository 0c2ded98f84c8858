import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leaseTime } from './purge.ts'
import { jsEvent, receive, type Stores, withStores } from './stores.fixture.ts'
import { soleTidying, type TidyingLease, tidyingLease } from './tidying-lease.ts'
import { keepUpload } from './upload.ts'

const hour = 3_600_000

/** Leases of servers that share a clock, and how often each has cleared up. */
function openLeases({ catalog, blobs }: Stores) {
  const told = { now: 1_000, sweeps: { one: 0, other: 0 } }
  const leaseOf = (holder: 'one' | 'other'): TidyingLease => {
    const sweep = async () => {
      told.sweeps[holder]++
      await blobs.sweep()
    }
    return tidyingLease({ catalog, blobs: { sweep }, holder, clock: () => told.now })
  }
  return { told, one: leaseOf('one'), other: leaseOf('other') }
}

test('one server tidies, until it gives that up or is not heard of any more', () =>
  withStores(async stores => {
    const { told, one, other } = openLeases(stores)
    assert.deepEqual([await one.hold(), await other.hold()], [true, false])
    told.now += leaseTime - 1
    assert.deepEqual([await one.hold(), await other.hold()], [true, false], 'it is renewed before it runs out')
    told.now += leaseTime
    assert.deepEqual([await other.hold(), await one.hold()], [true, false])
    await other.drop()
    assert.equal(await one.hold(), true)
  }))

test('whoever comes to tidy clears up at once, and then every hour', () =>
  withStores(async stores => {
    const { told, one } = openLeases(stores)
    const round = async () => {
      assert.ok(await one.hold())
      await one.clearUp()
      return told.sweeps.one
    }
    assert.deepEqual([await round(), await round()], [1, 1])
    for (const end = told.now + hour - 1; told.now + leaseTime / 2 < end; told.now += leaseTime / 2) assert.equal(await round(), 1)
    told.now += leaseTime / 2 + 1
    assert.equal(await round(), 2)
    told.now += leaseTime + 1
    assert.equal(await round(), 3, 'another server may have begun something while nobody held it')
  }))

test('keeping the lease in the middle of a compression gives up nothing', () =>
  withStores(async stores => {
    const { told, one } = openLeases(stores)
    await one.hold()
    await one.clearUp()
    told.now += leaseTime
    await one.hold()
    assert.equal(told.sweeps.one, 1)
  }))

test('an only server gives up an upload, when it could not at the time, within two hours and without a restart', () =>
  withStores(async stores => {
    const broken = { ...stores.catalog, commitUpload: failing, abandonUpload: failing }
    const told = { now: Date.now(), uploads: 0 }
    const tidying = soleTidying({ catalog: stores.catalog, clock: () => told.now, uploadsInFlight: () => told.uploads })
    await assert.rejects(keepUpload({ ...stores, catalog: broken }, await receive(stores, jsEvent('app.js'), 'bytes')), /disk I\/O error/)
    assert.ok(await tidying.hold())
    const clear = async () => {
      await tidying.clearUp()
      return (await stores.catalog.condemned(10)).length
    }
    for (const _ of [1, 2]) {
      assert.equal(await clear(), 0)
      told.now += hour - 1
    }
    told.uploads = 1
    assert.equal(await clear(), 0, 'another upload may be as old, on a machine that slept')
    told.uploads = 0
    assert.equal(await clear(), 2)
  }))

async function failing(): Promise<never> {
  throw new Error('disk I/O error')
}
