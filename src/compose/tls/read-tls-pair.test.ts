import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { serverPair } from '../../http/tls/certificates.fixture.ts'
import { readTlsPair } from './read-tls-pair.ts'
import { changeableFiles } from './tls-files.fixture.ts'

const files = changeableFiles()
after(files.remove)

/** Everything a fault says; its cause would be printed, too. */
async function faultOf(pair: { readonly cert?: string; readonly key?: string }): Promise<string> {
  const error = await readTlsPair({ cert: pair.cert ?? files.cert, key: pair.key ?? files.key }).then(
    () => assert.fail('the pair was taken'),
    (fault: Error) => fault,
  )
  assert.equal(error.cause, undefined)
  assert.doesNotMatch(error.message, /\n/)
  const secret = serverPair.key.toString().split('\n')[1] ?? ''
  assert.ok(!error.message.includes(secret.slice(0, 20)))
  return error.message
}

const fileOf = (name: string, content: string | Buffer): string => {
  const file = path.join(files.folder, name)
  fs.writeFileSync(file, content)
  return file
}

describe('a certificate and its key', () => {
  test('are taken as they are when they belong together, with a chain, too', async () => {
    assert.deepEqual(await readTlsPair(files), serverPair)
    const chain = Buffer.concat([serverPair.cert, fs.readFileSync('test/fixtures/tls/ca.pem')])
    assert.deepEqual((await readTlsPair({ ...files, cert: fileOf('chain.pem', chain) })).cert, chain)
  })

  test('are refused in one line that names setting and file', async () => {
    const none = path.join(files.folder, 'none')
    assert.equal(await faultOf({ cert: none }), `MAPKEEP_TLS_CERT: ${none} cannot be read: there is no such file`)
    assert.equal(await faultOf({ key: files.folder }), `MAPKEEP_TLS_KEY: ${files.folder} cannot be read: it is a folder`)
    assert.equal(await faultOf({ cert: files.key }), `MAPKEEP_TLS_CERT: ${files.key} holds no certificate as PEM`)
    assert.equal(await faultOf({ key: files.cert }), `MAPKEEP_TLS_KEY: ${files.cert} holds no private key as PEM`)
  })

  test('are refused when the key is of another certificate, cut off, or has a passphrase', async () => {
    const other = path.resolve('test/fixtures/tls/renewed.key')
    assert.equal(await faultOf({ key: other }), `MAPKEEP_TLS_KEY: ${other} is not the key of the certificate ${files.cert}`)
    const half = fileOf('half.key', serverPair.key.subarray(0, 90))
    assert.match(await faultOf({ key: half }), /holds no private key as PEM$/)
    const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hush' } as const
    const locked = fileOf('locked.key', createPrivateKey(serverPair.key).export(options))
    assert.match(await faultOf({ key: locked }), /locked\.key is encrypted; allowed is a key without a passphrase$/)
  })
})
