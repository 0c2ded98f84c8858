import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeUpload, maxFilteredBytes, maxValueLength } from './describe-upload.ts'
import type { Event } from './event.ts'
import { type Kind, kind, kindNames } from './kinds.ts'
import { Problem } from './problem.ts'

const uuid = '0BF1BB2E-4B1D-4B6F-A3A0-C6D5E4F30102'
const js = { type: 'js_sourcemap', service: 'shop', version: '1.4.2', minified_url: 'https://a.example/m.js' }
const jsParts = new Map([
  ['source_map', 'source_map'],
  ['minified_file', 'minified_file'],
])

/** The least that an upload of each kind may say. */
const least: Readonly<Record<Kind, Event>> = {
  js,
  react: { service: 'shop', version: '1', platform: 'ios', bundle_name: 'main.jsbundle' },
  ios: { uuids: uuid },
  jvm: { service: 'shop', version: '1' },
  flutter: { service: 'shop', version: '1', arch: 'arm64' },
  elf: { file_hash: 'ff' },
  ndk: { build_id: uuid, arch: 'arm' },
  il2cpp: { build_id: uuid },
  pe: { pdb_sig: uuid },
  ppdb: { debug_id: uuid },
  wasm: { build_id: 'ab' },
  repository: { git_repository_url: 'https://a/b', git_commit_sha: 'c' },
}

for (const name of kindNames) {
  const event = { ...least[name], type: kind(name).eventType }
  const required = kind(name).parts.filter(part => !kind(name).optionalParts?.includes(part))
  const parts = new Map(required.map(part => [part, part]))

  test(`the least upload of ${name} is described`, () => assert.equal(describeUpload(event, parts).kind, name))

  for (const part of required)
    test(`an upload of ${name} without its ${part} is refused`, () => {
      refuses(event, new Map([...parts].filter(([each]) => each !== part)), `Missing required file: ${part}`)
    })

  for (const member of Object.keys(least[name]))
    for (const empty of [undefined, '', ' \t', null, {}, []])
      test(`an upload of ${name} whose ${member} is ${JSON.stringify(empty)} is refused`, () => {
        refuses({ ...event, [member]: empty }, parts, /^Missing required field: /)
      })
}

test('a missing field is named; where there is a choice, the choice is named', () => {
  refuses({ type: 'flutter_symbol_file', service: 'a' }, new Map([['flutter_symbol_file', 'a']]), 'Missing required field: version, arch')
  refuses(
    { type: 'js_sourcemap', service: 'a' },
    jsParts,
    'Missing required field: one of service + version + minified_url, or debug_id identifies a js map',
  )
})

test('every missing file is its own reason', () => {
  const reasons = refuses(js, new Map(), 'Missing required file: source_map; Missing required file: minified_file')
  assert.equal(reasons.length, 2)
})

test('an unknown type is refused with the known ones, and a long one is cut', () => {
  refuses({ type: 'js' }, jsParts, /^Unknown event type "js"; known are js_sourcemap, /)
  refuses({ type: 'x'.repeat(9999) }, jsParts, text => text.length < 700)
  for (const type of [undefined, '', null, ['js_sourcemap']]) refuses({ type }, jsParts, 'Missing required field: type')
  for (const type of ['constructor', '__proto__', 7]) refuses({ type }, jsParts, /^Unknown event type/)
})

test('a repository description may be told by the part or by the git fields', () => {
  assert.equal(describeUpload({ type: 'repository' }, new Map([['repository', undefined]])).kind, 'repository')
  refuses({ type: 'repository' }, new Map(), 'Missing required field: git_repository_url, git_commit_sha')
})

test('js may be told by its debug id alone', () => {
  assert.deepEqual(describeUpload({ type: 'js_sourcemap', debug_id: uuid }, jsParts).attributes, { debug_id: uuid })
})

test('values are kept as sent; numbers and booleans count as text; unknown members are ignored', () => {
  const event = { ...js, version: 14, service: '  a b+[ü] ', variant: true, build_id: '', color: 'red', version_code: 100 }
  const expected = { service: '  a b+[ü] ', version: '14', variant: 'true', version_code: '100' }
  const url = { domain: 'a.example', absolute_path: '/m.js', file_name: 'm.js' }
  assert.deepEqual(describeUpload(event, jsParts).attributes, { ...expected, ...url })
})

test('members inherited from nowhere are no members', () => {
  const event = JSON.parse('{"type":"il2cpp_mapping_file","__proto__":{"build_id":"evil"}}')
  refuses(event, new Map([['il2cpp_mapping_file', 'a']]), 'Missing required field: build_id')
})

test('overwrite counts only as true', () => {
  for (const [overwrite, expected] of [
    [true, true],
    [false, false],
    ['true', false],
    [1, false],
    [undefined, false],
  ] as const)
    assert.equal(describeUpload({ ...js, overwrite }, jsParts).overwrite, expected)
})

test('flutter keeps its platform, which tells two maps apart', () => {
  const event = { ...least.flutter, type: 'flutter_symbol_file', platform: 'ios' }
  const parts = new Map([['flutter_symbol_file', 'a']])
  assert.equal(describeUpload(event, parts).attributes.platform, 'ios')
  assert.notDeepEqual(describeUpload(event, parts).identity, describeUpload({ ...event, platform: 'android' }, parts).identity)
})

test('the file name of ndk comes from the event, else from the part; elf has only the event', () => {
  const ndk = { ...least.ndk, type: 'ndk_symbol_file' }
  const parts = new Map([['ndk_symbol_file', 'libmäp.so']])
  assert.equal(describeUpload(ndk, parts).attributes.file_name, 'libmäp.so')
  assert.equal(describeUpload({ ...ndk, filename: 'liba.so' }, parts).attributes.file_name, 'liba.so')
  assert.equal(describeUpload(ndk, new Map([['ndk_symbol_file', undefined]])).attributes.file_name, undefined)
  const elf = { ...least.elf, type: 'elf_symbol_file' }
  assert.equal(describeUpload(elf, new Map([['elf_symbol_file', 'x']])).attributes.file_name, undefined)
  assert.equal(describeUpload({ ...elf, filename: 'tokens' }, new Map([['elf_symbol_file', 'x']])).attributes.file_name, 'tokens')
})

test('values that no query could find again are refused', () => {
  const tooLong = `Field service is longer than ${maxFilteredBytes} bytes in UTF-8, which is the most that can be filtered by`
  for (const letter of ['x', 'é', '🗺']) {
    const most = maxFilteredBytes / Buffer.byteLength(letter)
    const service = letter.repeat(most)
    assert.ok(describeUpload({ ...js, service }, jsParts))
    refuses({ ...js, service: `${service}x` }, jsParts, tooLong)
  }
  refuses(
    { ...js, minified_url: `/${'x'.repeat(maxValueLength)}` },
    jsParts,
    `Field absolute_path is longer than ${maxValueLength} characters`,
  )
  refuses({ ...js, version: 'a\0b' }, jsParts, 'Field version must not contain a NUL character')
  refuses({ ...js, version: 'a\ud800b' }, jsParts, 'Field version is not well-formed Unicode')
  assert.ok(describeUpload({ ...js, version: '🗺️' }, jsParts))
})

test('a dSYM whose uuids hold no UUID at all is refused', () => {
  const parts = new Map([['symbols_archive', 'a.zip']])
  for (const uuids of [' , ', ',', ' ,\t,']) refuses({ type: 'ios_symbols', uuids }, parts, 'Missing required field: uuids')
  assert.equal(describeUpload({ type: 'ios_symbols', uuids: `, ${uuid}` }, parts).attributes.uuids, `, ${uuid}`)
})

for (const name of kindNames)
  test(`${name} ignores event members named like the attributes it derives`, () => {
    const { derived, parts, eventType } = kind(name)
    const named = new Map(parts.map(part => [part, undefined]))
    const honest = { ...least[name], type: eventType }
    const forged = Object.fromEntries((derived?.attributes ?? []).map(each => [each, 'evil']))
    assert.deepEqual(describeUpload({ ...honest, ...forged }, named), describeUpload(honest, named))
  })

test('js told by its debug id alone has no path, host or name that its event claims', () => {
  const event = { type: 'js_sourcemap', debug_id: uuid, file_name: 'a/b.js', absolute_path: '/x', domain: 'evil' }
  assert.deepEqual(describeUpload(event, jsParts).attributes, { debug_id: uuid })
})

test('every attribute that a kind derives is one it shows', () => {
  for (const name of kindNames)
    for (const attribute of kind(name).derived?.attributes ?? []) assert.ok(kind(name).attributes.includes(attribute), attribute)
})

type Expected = string | RegExp | ((text: string) => boolean)

function refuses(event: Event, parts: ReadonlyMap<string, string | undefined>, expected: Expected): Problem['reasons'] {
  try {
    describeUpload(event, parts)
  } catch (error) {
    assert.ok(error instanceof Problem && error.code === 'bad_request', String(error))
    if (typeof expected === 'function') assert.ok(expected(error.message), error.message)
    else if (typeof expected === 'string') assert.equal(error.message, expected)
    else assert.match(error.message, expected)
    return error.reasons
  }
  return assert.fail('the upload was not refused')
}
