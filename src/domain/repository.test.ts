import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutUserinfo } from './repository.ts'

const urls: Readonly<Record<string, string>> = {
  'https://bob:secret@host/a/b.git': 'https://host/a/b.git',
  'https://token@host/a': 'https://host/a',
  'https://bob:p@ss@host/a': 'https://host/a',
  'ssh://git@host:22/a': 'ssh://host:22/a',
  'git+https://bob:secret@host/a': 'git+https://host/a',
  'HTTPS://Bob:Secret@Host/a': 'HTTPS://Host/a',
  '  https://bob:secret@host/a': '  https://host/a',
  'https://host/a@v1': 'https://host/a@v1',
  'https://host?user=a@b': 'https://host?user=a@b',
  'https://host#a@b': 'https://host#a@b',
  'https://host/a.git': 'https://host/a.git',
  'git@host:acme/shop.git': 'git@host:acme/shop.git',
  '/srv/git/shop@home': '/srv/git/shop@home',
  '': '',
}

for (const [url, bare] of Object.entries(urls))
  test(`the repository URL ${JSON.stringify(url)} is kept as ${JSON.stringify(bare)}`, () => assert.equal(withoutUserinfo(url), bare))
