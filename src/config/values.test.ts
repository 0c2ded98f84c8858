import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseSize } from './byte-size.ts'
import { parseDuration } from './duration.ts'
import { InvalidValue } from './invalid-value.ts'
import { parseConnections } from './plain-values.ts'
import { parseProxyAddresses } from './proxy-addresses.ts'
import { parsePurgeInterval } from './purge-interval.ts'
import { parseRateLimits } from './rate-limits.ts'
import { parseBlobsUrl, parseDatabaseUrl, parseEncryption, parseEndpoint, placeText } from './store-urls.ts'
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

describe('trusted proxies', () => {
  test('are addresses, ranges and named groups', () => {
    const text = 'loopback, 10.0.0.0/8,192.0.2.7,fd00::/8 ,::1'
    assert.deepEqual(parseProxyAddresses(text), ['loopback', '10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1'])
  })

  test('are never everybody, nor a name that somebody else could answer to', () => {
    refuses(parseProxyAddresses, [
      '',
      ',',
      'true',
      '1',
      '*',
      'proxy.example.com',
      '0.0.0.0/0',
      '::/0',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/8/8',
    ])
    refuses(parseProxyAddresses, ['10.0.0.0/', '10.0.0', 'loopback 10.0.0.1', 'fe80::1%eth0', '10.0.0.0/255.0.0.0', 'loopback,'])
  })
})

describe('addresses of stores', () => {
  const file = (path: string) => ({ engine: 'sqlite', file: path })

  test('are paths, absolute or from here', () => {
    assert.deepEqual(parseDatabaseUrl('sqlite:/var/lib/m.db'), file('/var/lib/m.db'))
    assert.deepEqual(parseDatabaseUrl('sqlite:///var/lib/m.db'), file('/var/lib/m.db'))
    assert.deepEqual(parseBlobsUrl('file:blobs'), { store: 'files', folder: `${process.cwd()}/blobs` })
  })

  test('are databases of Postgres, by host or by socket', () => {
    for (const url of ['postgres://u:p@h:5433/maps?sslmode=require', 'postgresql://h/d', 'postgres:///maps?host=/run/postgresql'])
      assert.deepEqual(parseDatabaseUrl(url), { engine: 'postgres', url })
    refuses(parseDatabaseUrl, ['postgres:', 'postgres://', 'postgres://h', 'postgres://h/', 'postgres:///d'])
  })

  test('are buckets of S3 with or without a prefix', () => {
    const s3 = (bucket: string, prefix: string) => ({ store: 's3', bucket, prefix })
    assert.deepEqual(parseBlobsUrl('s3://maps'), s3('maps', ''))
    assert.deepEqual(parseBlobsUrl('s3://maps/'), s3('maps', ''))
    assert.deepEqual(parseBlobsUrl('s3://my.maps-1/a//b é/'), s3('my.maps-1', 'a/b é'))
    refuses(parseBlobsUrl, ['s3:', 's3:maps', 's3://', 's3://m', 's3://-maps', 's3://user:secret@maps', 's3://maps/../x', 's3://maps?x=1'])
  })

  test('are shown without what is secret', () => {
    assert.equal(placeText(parseDatabaseUrl('postgres://u:secret@h:5/d?password=secret')), 'postgres://h:5/d')
    assert.equal(placeText(parseBlobsUrl('s3://maps/a/')), 's3://maps/a')
    assert.equal(placeText(parseBlobsUrl('s3://maps')), 's3://maps')
  })

  test('of S3 servers are plain URLs', () => {
    assert.equal(parseEndpoint('http://127.0.0.1:7480'), 'http://127.0.0.1:7480')
    refuses(parseEndpoint, ['', 's3.example.com', 'ftp://h', 'http://u:p@h', 'http://h/?x', 'http://h/#x'])
  })

  test('are refused when another store is meant', () => {
    refuses(parseDatabaseUrl, ['', 'sqlite:', 'sqlite://host/x', '/var/lib/m.db', 'mysql://x'])
    refuses(parseBlobsUrl, ['', 'file:', 'sqlite:x', 'http://x'])
    assert.throws(() => parseDatabaseUrl('sqlite:data/.mapkeep-lock'), /names that begin with \.mapkeep- are taken/)
  })
})

test('encryption is named as S3 names it', () => {
  for (const text of ['AES256', 'aws:kms', 'aws:kms:arn:aws:kms:eu-west-1:1:key/2']) assert.equal(parseEncryption(text), text)
  refuses(parseEncryption, ['', 'on', 'aes256', 'aws:kms:', 'aws:kms:a b', 'AES256\r\n'])
})

test('connections to a database are a few at least', () => {
  assert.equal(parseConnections('4'), 4)
  refuses(parseConnections, ['', '3', '1001', '1e2', '-4', '4.5'])
})
