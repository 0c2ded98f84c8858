import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openRig, type Rig } from '../rig.fixture.ts'

describe('the documentation page', () => {
  let rig: Rig
  before(async () => {
    rig = await openRig()
  })
  after(() => rig.close())

  test('is answered without keys and without a redirect', async () => {
    const { status, headers } = await rig.ask('/docs')
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/html; charset=utf-8')
  })

  test('loads nothing but files of this server, and all of them are there', async () => {
    const { text } = await rig.ask('/docs')
    const addresses = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address = '']) => address)
    assert.ok(addresses.length >= 5)
    for (const address of addresses) {
      const { host, pathname } = new URL(address, 'http://server/docs')
      assert.equal(host, 'server')
      assert.equal((await rig.ask(pathname)).status, 200, pathname)
    }
  })

  test('has no script or style of its own, so that its strict policy holds', async () => {
    const { text, headers } = await rig.ask('/docs')
    assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=/i)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
  })

  test('asks no public service to check the contract', async () => {
    const { text } = await rig.ask('/docs/page.js')
    assert.match(text, /validatorUrl: null/)
    assert.match(text, /url: 'openapi.json'/)
  })

  test('has scripts and styles with their types', async () => {
    assert.equal((await rig.ask('/docs/swagger-ui-bundle.js')).headers['content-type'], 'text/javascript; charset=utf-8')
    assert.equal((await rig.ask('/docs/swagger-ui.css')).headers['content-type'], 'text/css; charset=utf-8')
  })

  test('serves no other file of the package and none outside of it', async () => {
    const names = [
      'package.json',
      'index.html',
      'swagger-ui-bundle.js.map',
      '..%2fpackage.json',
      '%2e%2e%2fpackage.json',
      '__proto__',
      'constructor',
    ]
    for (const name of [...names, '..%5cpackage.json', 'swagger-ui.css%00', '']) {
      assert.equal((await rig.ask(`/docs/${name}`)).status, 404, name)
    }
  })

  for (const target of ['/docs', '/docs/swagger-ui.css', '/openapi.json']) {
    test(`a copy of ${target} is asked for again and is not sent twice`, async () => {
      const first = await rig.ask(target)
      assert.equal(first.headers['cache-control'], 'no-cache')
      const etag = String(first.headers.etag)
      const again = await rig.ask(target, { headers: { 'if-none-match': etag } })
      assert.equal(again.status, 304)
      assert.equal(again.bytes.length, 0)
      assert.equal(again.headers.etag, etag)
      assert.equal((await rig.ask(target, { headers: { 'if-none-match': '"other"' } })).status, 200)
    })
  }

  test('shows the contract of this version, its own address included', async () => {
    const { headers, json } = await rig.ask('/openapi.json')
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(json().info.version, '0.0.0')
    assert.ok(json().paths['/openapi.json'].get)
  })

  test('answers HEAD without a body', async () => {
    const { status, bytes } = await rig.ask('/docs', { method: 'HEAD' })
    assert.equal(status, 200)
    assert.equal(bytes.length, 0)
  })
})
