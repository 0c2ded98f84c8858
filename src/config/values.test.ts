import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseSize } from './byte-size.ts'
import { parseDuration } from './duration.ts'
import { InvalidValue } from './invalid-value.ts'
import { parsePurgeInterval } from './purge-interval.ts'
import { parseRateLimits } from './rate-limits.ts'
import { parseBlobsUrl, parseDatabaseUrl } from './store-urls.ts'
import { parseUploadLimits } from './upload-limits.ts'

const refuses = (parse: (text: string) => unknown, texts: readonly string[]) => {
  for (const text of texts) assert.throws(() => parse(text), InvalidValue, `${JSON.stringify(text)} was taken`)
}

describe('durations', () => {
  test('are milliseconds', () => {
    assert.deepEqual(['500ms', '10s', '5m', '1h', '30d', '0s'].map(parseDuration), [500, 10_000, 300_000, 3_600_000, 2_592_000_000, 0])
  })

  test('need a whole number and a known unit', () => {
    refuses(parseDuration, ['', '10', 's', '1.5h', '-1s', '1 h', '1w', '1H', '1h30m', '999999999999d'])
  })
})

describe('intervals of purges', () => {
  test('are milliseconds, and 0 when there are none', () => {
    assert.deepEqual(['off', '1s', '6h', '24d'].map(parsePurgeInterval), [0, 1000, 21_600_000, 2_073_600_000])
  })

  test('are none that a timer cannot keep', () => {
    refuses(parsePurgeInterval, ['', 'on', '0s', '999ms', '25d', '1w'])
  })
})

describe('sizes', () => {
  test('are bytes, in powers of 1024 however the unit is spelt', () => {
    const texts = ['0B', '7B', '1KB', '1KiB', '500MB', '2GB', '1TB']
    assert.deepEqual(texts.map(parseSize), [0, 7, 1024, 1024, 500 * 1024 ** 2, 2 * 1024 ** 3, 1024 ** 4])
  })

  test('need a whole number and a known unit', () => {
    refuses(parseSize, ['', '500', 'MB', '1.5GB', '-1B', '1 MB', '1mb', '1M', '999999999999999TB'])
  })
})

describe('rate limits', () => {
  const standard = { read: { requests: 6000, seconds: 60 }, delete: { requests: 600, seconds: 60 }, upload: undefined }

  test('keep the default of a family that is left out', () => {
    assert.deepEqual(parseRateLimits('upload=10/1'), { ...standard, upload: { requests: 10, seconds: 1 } })
    assert.deepEqual(parseRateLimits('read=off, delete=1/3600'), { ...standard, read: undefined, delete: { requests: 1, seconds: 3600 } })
  })

  test('are refused when unknown, zero, doubled or empty', () => {
    refuses(parseRateLimits, ['', 'write=1/1', 'read=0/1', 'read=1/0', 'read=1', 'read=on', 'read=1/1,read=2/1', 'read=1/1,'])
  })
})

describe('upload limits', () => {
  const [file, archive] = [500 * 1024 ** 2, 2 * 1024 ** 3]

  test('keep the default of the one that is left out', () => {
    assert.deepEqual(parseUploadLimits('1KB'), { file: 1024, archive })
    assert.deepEqual(parseUploadLimits('ios=1KB'), { file, archive: 1024 })
    assert.deepEqual(parseUploadLimits('2KB,ios=1KB'), { file: 2048, archive: 1024 })
  })

  test('are refused when unknown, zero, doubled or empty', () => {
    refuses(parseUploadLimits, ['', '0B', 'ios=', 'android=1MB', '1MB,2MB', 'ios=1MB,ios=2MB'])
  })
})

describe('addresses of stores', () => {
  test('are paths, absolute or from here', () => {
    assert.equal(parseDatabaseUrl('sqlite:/var/lib/m.db'), '/var/lib/m.db')
    assert.equal(parseDatabaseUrl('sqlite:///var/lib/m.db'), '/var/lib/m.db')
    assert.equal(parseBlobsUrl('file:blobs'), `${process.cwd()}/blobs`)
  })

  test('are refused when another store is meant', () => {
    refuses(parseDatabaseUrl, ['', 'sqlite:', 'sqlite://host/x', '/var/lib/m.db', 'mysql://x'])
    refuses(parseBlobsUrl, ['', 'file:', 'sqlite:x', 'http://x'])
    assert.throws(() => parseDatabaseUrl('sqlite:data/.mapkeep-lock'), /names that begin with \.mapkeep- are taken/)
    assert.throws(() => parseDatabaseUrl('postgres://h/d'), /does not support Postgres/)
    assert.throws(() => parseBlobsUrl('s3://bucket'), /does not support S3/)
  })
})
