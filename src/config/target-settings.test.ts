import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readSettings, SettingsFault, unknownVariables } from './read-settings.ts'
import { readTarget, targetNames, targetSettings } from './target-settings.ts'

const source = readSettings({ MAPKEEP_S3_ENDPOINT: 'http://one.test', MAPKEEP_S3_PATH_STYLE: 'off', MAPKEEP_S3_ENCRYPTION: 'AES256' }, {})
const stores = { MAPKEEP_TO_DATABASE_URL: 'postgres://user:secret@db.test/maps', MAPKEEP_TO_BLOBS_URL: 's3://bucket/maps' }

describe('where an installation is copied to', () => {
  test('is said by variables, and by flags before them', () => {
    const target = readTarget(stores, { blobs: 's3://other' }, source)
    assert.deepEqual(target.blobs, { store: 's3', bucket: 'other', prefix: '' })
    assert.deepEqual(target.database, { engine: 'postgres', url: stores.MAPKEEP_TO_DATABASE_URL })
  })

  test('is on the same S3 server as the source unless another one is named, of which nothing else is assumed', () => {
    const same = readTarget(stores, {}, source)
    assert.deepEqual([same.s3Endpoint, same.s3PathStyle, same.s3Encryption], ['http://one.test', false, 'AES256'])
    const other = readTarget({ ...stores, MAPKEEP_TO_S3_ENDPOINT: 'http://two.test' }, {}, source)
    assert.deepEqual([other.s3Endpoint, other.s3PathStyle, other.s3Encryption], ['http://two.test', undefined, undefined])
  })

  test('keeps its locks away from the folder of the source', () => {
    const target = readTarget({}, { database: 'sqlite:/new/catalog.db', blobs: 'file:/new/blobs' }, source)
    assert.equal(target.data, '/new')
  })

  test('has to be said, and a fault shows no password', () => {
    const wrong = { MAPKEEP_TO_DATABASE_URL: 'user:secret@db.test' }
    assert.throws(
      () => readTarget(wrong, {}, source),
      (error: unknown) => {
        assert.ok(error instanceof SettingsFault)
        assert.equal(error.lines.length, 2)
        assert.match(error.lines[0] ?? '', /^MAPKEEP_TO_DATABASE_URL \(--to-database\): its value \(not shown\) is not allowed/)
        assert.match(error.lines[1] ?? '', /^MAPKEEP_TO_BLOBS_URL \(--to-blobs\): it is not set; allowed is/)
        return true
      },
    )
  })

  test('is no misspelt setting to other commands', () => {
    const environment = Object.fromEntries(targetNames.map(name => [targetSettings[name].variable, 'x']))
    assert.deepEqual(unknownVariables({ ...environment, MAPKEEP_TO_BLOB_URL: 'x' }), ['MAPKEEP_TO_BLOB_URL'])
  })
})
