import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { after, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { clientOf, mapkeep, type Server, startServer } from '../../cli/mapkeep.fixture.ts'
import { authority, certificateFolder } from '../../http/tls/certificates.fixture.ts'
import { followTlsFiles } from './follow-tls-files.ts'
import { readTlsPair } from './read-tls-pair.ts'
import { changeableFiles } from './tls-files.fixture.ts'

const files = changeableFiles()
after(files.remove)
const settings = { MAPKEEP_TLS_CERT: files.cert, MAPKEEP_TLS_KEY: files.key, MAPKEEP_LOG_LEVEL: 'info' }
const fresh = () => fs.mkdtempSync(path.join(files.folder, 'data-'))

describe('mapkeep serve with a certificate', () => {
  test('says so in its ready line, and answers the command line that trusts the authority', async () => {
    const server = await startServer(fresh(), settings)
    assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/)
    const trusting = { ...clientOf(server), NODE_EXTRA_CA_CERTS: path.join(certificateFolder, 'ca.pem') }
    const { exitCode, errors } = await mapkeep(['audit'], trusting)
    assert.equal(exitCode, 0, errors)
    const doubting = await mapkeep(['audit'], clientOf(server))
    assert.equal(doubting.exitCode, 3)
    assert.match(doubting.errors, /could not reach https:.* \([A-Z_]*(CERT|SIGNATURE|ISSUER)[A-Z_]*\)/)
    await stop(server)
  })

  test('takes over a renewed certificate at SIGHUP, and keeps the old one when the new one is broken', async () => {
    const server = await startServer(fresh(), settings)
    files.put('server', 'renewed')
    server.child.kill('SIGHUP')
    await said(server, /the certificate was not renewed, the old one stays in use: MAPKEEP_TLS_KEY: .* is not the key/)
    assert.equal(await nameAt(server), 'mapkeep test server')
    files.put('renewed')
    server.child.kill('SIGHUP')
    await said(server, /new connections get the renewed certificate/)
    assert.equal(await nameAt(server), 'mapkeep test renewed')
    assert.doesNotMatch(server.said.errors, /PRIVATE KEY/)
    await stop(server)
    files.put('server')
  })

  test('does not start with a certificate that cannot be used, and makes no store', async () => {
    const data = path.join(fresh(), 'data')
    const other = { ...settings, MAPKEEP_TLS_KEY: path.join(certificateFolder, 'renewed.key') }
    const { exitCode, errors, output } = await mapkeep(['serve', '--port', '0', '--data', data], other)
    assert.equal(exitCode, 1)
    assert.match(errors, /^mapkeep: MAPKEEP_TLS_KEY: .*renewed\.key is not the key of the certificate .*tls\.pem\n$/)
    assert.equal(output, '')
    assert.equal(fs.existsSync(data), false)
  })
})

describe('files of a certificate that are followed', () => {
  test('are taken over when they change, though they are links to links, and told once while they are broken', async () => {
    const [folder, log, used] = [fresh(), [] as string[], [] as string[]]
    const point = (name: string) => {
      const next = path.join(folder, 'next')
      fs.symlinkSync(certificateFolder, next)
      fs.renameSync(next, path.join(folder, 'now'))
      for (const kind of ['pem', 'key']) {
        fs.rmSync(path.join(folder, `tls.${kind}`), { force: true })
        fs.symlinkSync(path.join(folder, 'now', `${name}.${kind}`), path.join(folder, `tls.${kind}`))
      }
    }
    point('server')
    const links = { cert: path.join(folder, 'tls.pem'), key: path.join(folder, 'tls.key') }
    const note = (text: string) => void log.push(text)
    const stopFollowing = followTlsFiles({
      files: links,
      pair: await readTlsPair(links),
      use: ({ cert }) => void used.push(String(cert)),
      log: { info: note, error: note },
      interval: 20,
    })
    try {
      fs.rmSync(links.key)
      await until(() => log.length > 0)
      await new Promise(resolve => setTimeout(resolve, 200))
      assert.equal(log.length, 1, 'it is told once')
      assert.match(log[0] ?? '', /MAPKEEP_TLS_KEY: .* there is no such file/)
      point('renewed')
      await until(() => used.length > 0)
      assert.deepEqual(used, [fs.readFileSync(links.cert, 'utf8')])
    } finally {
      stopFollowing()
    }
  })
})

async function nameAt({ url }: Server): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port), ca: authority })
  await once(socket, 'secureConnect')
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return String(CN)
}

async function said({ child, said: texts }: Server, pattern: RegExp): Promise<void> {
  while (!pattern.test(texts.errors) && child.stderr) await once(child.stderr, 'data')
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise(resolve => setTimeout(resolve, 10))
}

async function stop(server: Server): Promise<void> {
  server.child.kill('SIGTERM')
  assert.equal((await server.ended).exitCode, 0)
}
