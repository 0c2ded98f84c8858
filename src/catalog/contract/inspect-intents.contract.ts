import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { declareNew, digestOf, jsUpload, type OpenCatalog, onCatalogOf } from './sample-uploads.fixture.ts'
import { nameText } from './wrong-rows.fixture.ts'

/** Open intents under examination. */
export function describeIntentInspection(open: OpenCatalog): void {
  const onCatalog = onCatalogOf(open)

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
