import assert from 'node:assert/strict'
import path from 'node:path'
import { describe, test } from 'node:test'
import { DatabaseSync } from '@photostructure/sqlite'
import { createReadiness } from './readiness.ts'
import { jsEvent, openRig } from './rig.fixture.ts'

const times = { patience: 100, shared: 100 }
const fine = { check: async () => {} }

describe('readiness', () => {
  test('names what fails and what does not answer in time', async () => {
    const catalog = { check: () => new Promise<void>(() => {}) }
    const blobs = { check: () => Promise.reject(new Error('full')) }
    const start = performance.now()
    assert.deepEqual(await createReadiness({ catalog, blobs }, times)(), ['catalog', 'blobs'])
    assert.ok(performance.now() - start < 1000)
    assert.deepEqual(await createReadiness({ catalog: fine, blobs: fine }, times)(), [])
  })

  test('shares one probe between callers for a while, then looks again', async () => {
    let probes = 0
    const counting = {
      check: async () => {
        probes++
        await new Promise(resolve => setTimeout(resolve, 10))
      },
    }
    const failing = createReadiness({ blobs: counting }, times)
    await Promise.all(Array.from({ length: 50 }, failing))
    await failing()
    assert.equal(probes, 1)
    await new Promise(resolve => setTimeout(resolve, 150))
    await failing()
    assert.equal(probes, 2)
  })

  test('starts no second probe of a store that has not answered the first', async () => {
    let probes = 0
    let answer = () => {}
    const stuck = {
      check: () => {
        probes++
        return new Promise<void>(resolve => {
          answer = resolve
        })
      },
    }
    const failing = createReadiness({ blobs: stuck }, { patience: 20, shared: 10 })
    for (let call = 0; call < 5; call++) {
      assert.deepEqual(await failing(), ['blobs'])
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    assert.equal(probes, 1)
    answer()
    await new Promise(resolve => setTimeout(resolve, 20))
    const next = failing()
    answer()
    assert.deepEqual(await next, [])
  })

  test('GET /readyz does not wait behind a long write', async () => {
    const rig = await openRig()
    await rig.upload(jsEvent())
    const other = new DatabaseSync(path.join(rig.folder, 'catalog.db'))
    other.exec('begin immediate')
    const target = '/api/v2/sourcemaps?mapkind=js&filter[service]=web&filter[version]=1.0.0&dry_run=false'
    const deletion = rig.ask(target, { method: 'DELETE', headers: rig.keys })
    await new Promise(resolve => setTimeout(resolve, 200))
    const start = performance.now()
    const ready = await rig.ask('/readyz')
    const took = performance.now() - start
    other.exec('rollback')
    other.close()
    assert.equal((await deletion).status, 200)
    await rig.close()
    assert.deepEqual(ready.json(), { status: 'ok' })
    assert.ok(took < 1000, `${took} ms`)
  })
})
