import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from '../domain/event.ts'
import { checkExists } from './check-exists.ts'
import { bestSymbols, querySymbols } from './query-symbols.ts'
import { receive, type Stores, withStores } from './stores.fixture.ts'
import { keepUpload } from './upload.ts'

test('the best symbol source answers for a build id, unless a newer upload asked to overwrite', () =>
  withStores(async stores => {
    const source = async (arch?: string) => {
      const [found] = await querySymbols(stores.catalog, 1, { buildIds: ['ABCD'], arch })
      return found && [found.buildId, found.buildIdType, found.symbolSource]
    }
    assert.equal(await source(), undefined)
    await uploadElf(stores, { gnu_build_id: 'abcd', arch: 'x86_64', symbol_source: 'symbol_table' })
    assert.deepEqual(await source(), ['ABCD', 'gnu_build_id', 'symbol_table'])
    await uploadElf(stores, { gnu_build_id: 'abcd', arch: 'x86_64', symbol_source: 'debug_info' })
    await uploadElf(stores, { gnu_build_id: 'abcd', arch: 'x86_64', symbol_source: 'symbol_table', origin: 'later' })
    assert.deepEqual(await source('amd64'), ['ABCD', 'gnu_build_id', 'debug_info'])
    assert.equal(await source('aarch64'), undefined)
    await uploadElf(stores, { gnu_build_id: 'abcd', arch: 'x86_64', symbol_source: 'none', overwrite: true })
    assert.deepEqual(await source('x86_64'), ['ABCD', 'gnu_build_id', 'none'])
  }))

test('a build id is answered as what it is', () =>
  withStores(async stores => {
    await uploadElf(stores, { go_build_id: 'Go/Build', arch: 'x86_64', symbol_source: 'gopclntab' })
    await uploadElf(stores, { file_hash: 'FFEE', symbol_source: 'debug_info' })
    const found = await querySymbols(stores.catalog, 1, { buildIds: ['ffee', 'go/build', 'Go/Build'], arch: undefined })
    assert.deepEqual(
      found.map(each => [each.buildId, each.buildIdType]),
      [
        ['ffee', 'file_hash'],
        ['Go/Build', 'go_build_id'],
      ],
    )
    assert.deepEqual(await querySymbols(stores.catalog, 1, { buildIds: [], arch: undefined }), [])
  }))

test('of files of different identities the one that tells most answers, however old it is', () =>
  withStores(async stores => {
    const elf = (arch: string, symbol_source: string, overwrite = false) =>
      uploadElf(stores, { gnu_build_id: 'abcd', arch, symbol_source, overwrite })
    await elf('x86_64', 'debug_info')
    await elf('aarch64', 'none', true)
    const found = await querySymbols(stores.catalog, 1, { buildIds: ['abcd'], arch: undefined })
    assert.equal(found[0]?.symbolSource, 'debug_info', 'to overwrite is asked of the files of one identity')
  }))

test('case means nothing in a build id of hex digits, and something in any other', () =>
  withStores(async stores => {
    await uploadElf(stores, { gnu_build_id: 'ABCD', symbol_source: 'debug_info' })
    await uploadElf(stores, { gnu_build_id: 'Not-Hex', symbol_source: 'debug_info' })
    const found = await querySymbols(stores.catalog, 1, { buildIds: ['abcd', 'not-hex', 'Not-Hex'], arch: undefined })
    assert.deepEqual(
      found.map(each => each.buildId),
      ['abcd', 'Not-Hex'],
    )
  }))

test('thousands of build ids are answered in proportion to their number', () => {
  const buildIds = Array.from({ length: 20_000 }, (_, at) => `Build/${at}`)
  const none = { gnuBuildId: undefined, fileHash: undefined, arch: undefined, symbolSource: undefined, overwrite: false }
  const files = buildIds.map((goBuildId, id) => ({ ...none, id, goBuildId }))
  const start = performance.now()
  assert.equal(bestSymbols(files, { buildIds, arch: undefined }).length, buildIds.length)
  const took = performance.now() - start
  assert.ok(took < 5_000, `${took} ms`)
})

test('debug ids exist under the spelling they were asked with', () =>
  withStores(async stores => {
    const event = { type: 'js_sourcemap', debug_id: '1b4e28ba-2fa1-11d2-883f-0016d3cca427' }
    await keepUpload(stores, await receive(stores, event, 'bytes'))
    const asked = ['1B4E28BA-2FA1-11D2-883F-0016D3CCA427', '6fa459ea-ee8a-3ca4-894e-db77e160355e']
    assert.deepEqual(
      [...(await checkExists(stores.catalog, 1, asked))],
      [
        [asked[0], true],
        [asked[1], false],
      ],
    )
  }))

async function uploadElf(stores: Stores, event: Event): Promise<number> {
  return keepUpload(stores, await receive(stores, { type: 'elf_symbol_file', ...event }, JSON.stringify(event)))
}
