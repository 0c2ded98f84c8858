import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Event } from './event.ts'
import type { Attributes, FieldName } from './fields.ts'
import { identity } from './identity.ts'
import { type Kind, kindNames } from './kinds.ts'

const uuid = '0BF1BB2E-4B1D-4B6F-A3A0-C6D5E4F30102'
const release = { service: 'shop', version: '1.0' }
const git = { git_repository_url: 'https://a/b', git_commit_sha: 'c' }

/** Per kind: a map, and the members that make its identity; the others must not matter. */
const samples: Readonly<Record<Kind, { event?: Event; attributes: Attributes; members: readonly string[] }>> = {
  js: { event: { minified_url: 'https://a/b.js' }, attributes: { ...release, debug_id: uuid }, members: ['service', 'version'] },
  react: {
    attributes: { ...release, platform: 'ios', build_number: '7', bundle_name: 'main', debug_id: uuid, bundle_version: '1' },
    members: ['service', 'version', 'platform', 'build_number', 'bundle_name', 'debug_id'],
  },
  ios: { attributes: { uuids: uuid }, members: ['uuids'] },
  jvm: {
    attributes: { ...release, variant: 'release', build_id: uuid, version_code: '3' },
    members: ['service', 'version', 'variant', 'build_id', 'version_code'],
  },
  flutter: {
    attributes: { ...release, variant: 'prod', platform: 'ios', arch: 'arm64' },
    members: ['service', 'version', 'variant', 'platform', 'arch'],
  },
  elf: {
    attributes: {
      arch: 'arm',
      gnu_build_id: 'AB',
      go_build_id: 'x/Y',
      file_hash: 'FF',
      file_name: 'a',
      symbol_source: 'none',
      origin: 'o',
    },
    members: ['arch', 'gnu_build_id', 'go_build_id'],
  },
  ndk: { attributes: { build_id: uuid, arch: 'arm', file_name: 'liba.so' }, members: ['build_id', 'arch', 'file_name'] },
  il2cpp: { attributes: { build_id: uuid }, members: ['build_id'] },
  pe: { attributes: { arch: 'x64', pdb_sig: uuid, pdb_age: '1', file_name: 'a' }, members: ['arch', 'pdb_sig', 'pdb_age'] },
  ppdb: { attributes: { debug_id: uuid, assembly_name: 'A', file_name: 'a' }, members: ['debug_id'] },
  wasm: { attributes: { build_id: 'AB', file_name: 'a' }, members: ['build_id'] },
  repository: { event: git, attributes: {}, members: [] },
}

for (const kind of kindNames) {
  test(`the identity of ${kind} changes with each of its members and with nothing else`, () => {
    const { event = {}, attributes, members } = samples[kind]
    const original = identity(kind, event, attributes)
    for (const name of Object.keys(attributes) as FieldName[]) {
      const other = identity(kind, event, { ...attributes, [name]: 'another' })
      assert.equal(String(other) !== String(original), members.includes(name), name)
    }
    assert.deepEqual(identity(kind, { ...event, cli_version: '9', overwrite: true }, attributes), original)
  })
}

test('ids in hex or UUID form are the same in either case, other values are not', () => {
  const lower = uuid.toLowerCase()
  assert.deepEqual(identity('il2cpp', {}, { build_id: uuid }), identity('il2cpp', {}, { build_id: lower }))
  assert.deepEqual(identity('ios', {}, { uuids: uuid }), identity('ios', {}, { uuids: lower }))
  assert.notDeepEqual(identity('elf', {}, { go_build_id: 'AB' }), identity('elf', {}, { go_build_id: 'ab' }))
  assert.notDeepEqual(identity('jvm', {}, { ...release, variant: 'AB' }), identity('jvm', {}, { ...release, variant: 'ab' }))
  assert.notDeepEqual(identity('il2cpp', {}, { build_id: 'Release' }), identity('il2cpp', {}, { build_id: 'release' }))
})

test('js is known by service, version and URL, or else by its debug id', () => {
  const url = { minified_url: '/a.js' }
  assert.notDeepEqual(identity('js', url, release), identity('js', { minified_url: '/b.js' }, release))
  assert.deepEqual(identity('js', url, { debug_id: uuid }), identity('js', { minified_url: '/b.js' }, { debug_id: uuid }))
  assert.notDeepEqual(identity('js', url, { debug_id: uuid }), identity('js', url, { debug_id: 'ab' }))
  assert.notDeepEqual(identity('js', url, { ...release, debug_id: uuid }), identity('js', url, { debug_id: uuid }))
})

test('the set of uuids counts, not their order, repetition or blanks', () => {
  assert.deepEqual(identity('ios', {}, { uuids: ' B, a,A,' }), identity('ios', {}, { uuids: 'a,b' }))
  assert.notDeepEqual(identity('ios', {}, { uuids: 'a' }), identity('ios', {}, { uuids: 'a,b' }))
})

test('elf without build ids is known by its file hash', () => {
  const hashed = (file_hash: string, arch = 'arm') => identity('elf', {}, { file_hash, arch })
  assert.deepEqual(hashed('AB'), hashed('ab', 'x86_64'))
  assert.notDeepEqual(hashed('AB'), hashed('cd'))
  assert.notDeepEqual(identity('elf', {}, { arch: 'ab', gnu_build_id: '' }), identity('elf', {}, { gnu_build_id: 'ab' }))
})

test('the code of a repository description is its identity', () => {
  assert.notDeepEqual(identity('repository', git, {}), identity('repository', { ...git, git_commit_sha: 'd' }, {}))
})

test('kinds never share an identity', () => {
  const all = kindNames.map(kind => JSON.stringify(identity(kind, {}, { build_id: 'a', debug_id: 'a' })))
  assert.equal(new Set(all).size, kindNames.length)
})
