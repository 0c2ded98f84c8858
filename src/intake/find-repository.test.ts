import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findRepository } from './find-repository.ts'

const none = { event: {}, fields: new Map<string, string>(), part: undefined }
const git = (url: string, commit: string) => ({ git_repository_url: url, git_commit_sha: commit })
const fields = (url: string, commit: string) => new Map(Object.entries(git(url, commit)))
const part = (...data: unknown[]) => Buffer.from(JSON.stringify({ data, version: 1 }))

test('the event comes before separate fields, and those before the repository part', () => {
  const sources = {
    event: git('https://a/1', 'c1'),
    fields: fields('https://a/2', 'c2'),
    part: part({ repository_url: 'https://a/3', hash: 'c3' }),
  }
  assert.deepEqual(findRepository(sources), { url: 'https://a/1', commit: 'c1' })
  assert.deepEqual(findRepository({ ...sources, event: {} }), { url: 'https://a/2', commit: 'c2' })
  assert.deepEqual(findRepository({ ...none, part: sources.part }), { url: 'https://a/3', commit: 'c3' })
})

test('a URL is never paired with the commit of another source: the first source that has both is believed', () => {
  const half = [
    git('https://a/1', ''),
    { git_repository_url: 'https://a/1' },
    { git_commit_sha: 'c1' },
    git(`https://a/${'b'.repeat(5000)}`, 'c1'),
  ]
  const second = fields('https://a/2', 'c2')
  const third = part({ repository_url: 'https://a/3', hash: 'c3' })
  for (const event of half) {
    assert.deepEqual(findRepository({ event, fields: second, part: third }), { url: 'https://a/2', commit: 'c2' })
    assert.deepEqual(findRepository({ event, fields: new Map(), part: third }), { url: 'https://a/3', commit: 'c3' })
  }
})

test('halves in different sources make no repository', () => {
  const event = { git_repository_url: 'https://a/1' }
  assert.equal(findRepository({ ...none, event, fields: new Map([['git_commit_sha', 'c2']]) }), undefined)
  assert.equal(findRepository({ ...none, event, part: part({ hash: 'c3' }) }), undefined)
})

test('only the first entry of a repository part counts', () => {
  const two = part({ repository_url: 'https://a/1', hash: 'c1' }, { repository_url: 'https://a/2', hash: 'c2' })
  assert.deepEqual(findRepository({ ...none, part: two }), { url: 'https://a/1', commit: 'c1' })
})

test('credentials are removed whatever the source', () => {
  const url = 'https://bob:secret@a/b'
  const expected = { url: 'https://a/b', commit: 'c' }
  assert.deepEqual(findRepository({ ...none, event: git(url, 'c') }), expected)
  assert.deepEqual(findRepository({ ...none, fields: fields(url, 'c') }), expected)
  assert.deepEqual(findRepository({ ...none, part: part({ repository_url: url, hash: 'c' }) }), expected)
})

test('half of the information, nonsense or absurd values are no repository', () => {
  assert.equal(findRepository(none), undefined)
  assert.equal(findRepository({ ...none, event: { git_commit_sha: 'c' } }), undefined)
  assert.equal(findRepository({ ...none, event: git(`https://a/${'b'.repeat(5000)}`, 'c') }), undefined)
  assert.equal(findRepository({ ...none, event: git('https://a/\0', 'c') }), undefined)
  for (const text of ['', 'null', '[]', '{}', '{"data":{}}', '{"data":[null,1]}', '{"data":[{"hash":{}}]}', '{'])
    assert.equal(findRepository({ ...none, part: Buffer.from(text) }), undefined, text)
})
