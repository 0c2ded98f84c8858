import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minifiedUrlAttributes, normaliseFileName } from './minified-url.ts'

const urls: Readonly<Record<string, object>> = {
  'https://example.com/js/bundle.min.js': { domain: 'example.com', absolute_path: '/js/bundle.min.js', file_name: 'bundle.min.js' },
  'HTTPS://CDN.Example.COM:8443/A/B.js': { domain: 'cdn.example.com:8443', absolute_path: '/A/B.js', file_name: 'B.js' },
  'https://example.com/a b/%41.js?x=/y/z.js#q': { domain: 'example.com', absolute_path: '/a b/%41.js', file_name: '%41.js' },
  'https://bob:secret@example.com/a.js': { domain: 'example.com', absolute_path: '/a.js', file_name: 'a.js' },
  'https://[::1]:80/a.js': { domain: '[::1]:80', absolute_path: '/a.js', file_name: 'a.js' },
  'https://example.com': { domain: 'example.com' },
  'https://example.com/': { domain: 'example.com', absolute_path: '/' },
  '/assets/main.js': { absolute_path: '/assets/main.js', file_name: 'main.js' },
  'static/main-X.js': { absolute_path: 'static/main-X.js', file_name: 'main-X.js' },
  'main.js': { absolute_path: 'main.js', file_name: 'main.js' },
  'main.js#a\nb': { absolute_path: 'main.js', file_name: 'main.js' },
  'app:///main.jsbundle': { absolute_path: '/main.jsbundle', file_name: 'main.jsbundle' },
  '/a/https://b/c.js': { absolute_path: '/a/https://b/c.js', file_name: 'c.js' },
  '': {},
  '?a': {},
}

for (const [url, attributes] of Object.entries(urls))
  test(`the minified URL ${JSON.stringify(url)} gives its attributes`, () => assert.deepEqual(minifiedUrlAttributes(url), attributes))

test('a look-up may name the minified file or its map, by URL, path or relative path', () => {
  for (const name of [
    'https://example.com/js/a.js',
    '/js/a.js',
    'js/a.js',
    '//js/a.js',
    'js/a.js.map',
    'https://example.com:80/js/a.js.map?v=1#x',
  ])
    assert.equal(normaliseFileName(name), 'js/a.js')
  assert.equal(normaliseFileName('a.map.js'), 'a.map.js')
  assert.equal(normaliseFileName('https://example.com'), '')
})
