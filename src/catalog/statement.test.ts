import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { OpenCatalog } from './contract/sample-uploads.fixture.ts'
import type { Db } from './engine.ts'
import { openAlone } from './sqlite/empty-catalog.fixture.ts'
import { statement } from './statement.ts'

interface Wanted {
  readonly names: readonly string[]
  readonly number: number | undefined
}

describe('a statement', () => {
  let opened: Awaited<ReturnType<OpenCatalog>>
  let built = 0
  const byName = statement((db: Db, { names, number }: Wanted) => {
    built++
    const named = db.selectFrom('organization').select('name').where('name', 'in', names).orderBy('name')
    return number === undefined ? named : named.where('number', '=', number)
  })
  const namesOf = async (wanted: Wanted) => (await byName(opened.db, wanted)).rows.map(({ name }) => name)

  before(async () => {
    opened = await openAlone()
    for (const name of ['one', 'two', 'three']) await opened.catalog.createOrganization(name, `uuid-${name}`, 1)
  })
  after(() => opened.close())

  test('is built once and run with the values of each call', async () => {
    built = 0
    for (const name of ['one', 'two', 'nobody'])
      assert.deepEqual(await namesOf({ names: [name], number: undefined }), name === 'nobody' ? [] : [name])
    assert.equal(built, 1)
  })

  test('is another one for a longer list, and for a value that is given', async () => {
    built = 0
    assert.deepEqual(await namesOf({ names: ['one', 'three', 'nobody'], number: undefined }), ['one', 'three'])
    assert.deepEqual(await namesOf({ names: ['one', 'three', 'two'], number: 2 }), ['two'])
    assert.deepEqual(await namesOf({ names: ['three', 'one', 'two'], number: 1 }), ['one'])
    assert.equal(built, 2)
  })

  test('is another one for another form, which it is given as it is', async () => {
    const counted = statement((db: Db, { name }: { name: string }, form: { readonly columns: readonly ('name' | 'number')[] }) =>
      db.selectFrom('organization').select(form.columns).where('name', '=', name),
    )
    const read = async (name: string, ...columns: ('name' | 'number')[]) => (await counted(opened.db, { name }, { columns })).rows
    assert.deepEqual(JSON.stringify(await read('one', 'name')), '[{"name":"one"}]')
    assert.deepEqual(JSON.stringify(await read('two', 'number')), '[{"number":2}]')
    assert.deepEqual(JSON.stringify(await read('three', 'name')), '[{"name":"three"}]')
  })

  test('of very many values is built each time, and takes no place from those that come again', async () => {
    built = 0
    const names = Array.from({ length: 200 }, (_, at) => (at === 7 ? 'two' : `nobody ${at}`))
    for (let time = 0; time < 2; time++) assert.deepEqual(await namesOf({ names, number: undefined }), ['two'])
    assert.equal(built, 2)
  })

  test('does nothing with its values, which it does not have', async () => {
    const adding = statement((db: Db, { number }: { number: number }) =>
      db
        .selectFrom('organization')
        .select('name')
        .where('number', '=', number + 1),
    )
    await assert.rejects(adding(opened.db, { number: 1 }), /cannot do anything with its values/)
    const listing = statement((db: Db, { names }: { names: readonly string[] }) =>
      db.selectFrom('organization').select('name').where('name', '=', JSON.stringify(names)),
    )
    await assert.rejects(listing(opened.db, { names: ['one'] }), /cannot do anything with its values/)
  })

  test('is built in each catalog for itself', async () => {
    const other = await openAlone()
    await namesOf({ names: ['one'], number: undefined })
    built = 0
    assert.deepEqual((await byName(other.db, { names: ['one'], number: undefined })).rows, [])
    assert.equal(built, 1)
    await other.close()
  })
})
