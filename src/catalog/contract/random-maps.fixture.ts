import type { Attributes, FieldName } from '../../domain/fields.ts'
import { type FilterName, filter } from '../../domain/filters.ts'
import { type Kind, kind, kindNames } from '../../domain/kinds.ts'
import { minifiedUrlAttributes } from '../../domain/minified-url.ts'
import type { Criterion, Selection } from '../../domain/selection.ts'
import type { Upload } from '../../domain/upload.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Random } from './random.fixture.ts'
import type { ModelMap } from './reference-filter.fixture.ts'
import { putAll, uploadOf } from './sample-uploads.fixture.ts'

const hex = ['abcdef01', 'ABCDEF01', 'AbCdEf01', '00ff', '00FF', '7']
const dashed = ['1b4e28ba-2fa1-11d2-883f-0016d3cca427', '1B4E28BA-2FA1-11D2-883F-0016D3CCA427', '6fa459ea-ee8a-3ca4-894e-db77e160355e']
const words = ['Build-A', 'build-a', 'build_a', 'not hex', 'not%hex', 'ümlaut', 'Ümlaut', 'a,b']
const ids = [...hex, ...dashed, ...words]

/** Few values per attribute, so that maps collide, some differing only in case or in characters that mean something to SQL. */
const values: Readonly<Record<FieldName, readonly string[]>> = {
  absolute_path: [],
  arch: ['arm64', 'x86_64', 'ARM64'],
  assembly_name: ['Shop', 'Till'],
  build_id: ids,
  build_number: ['1', '2', '01'],
  bundle_name: ['main', 'Main', "o'brien"],
  bundle_version: ['1', '2'],
  debug_id: ids,
  domain: ['example.com'],
  file_hash: ids,
  file_name: ['lib.so', 'Lib.so', 'libother.so', '100%.so', 'lib/inner.so'],
  gnu_build_id: ids,
  go_build_id: ['abc/def', 'ABC/DEF', 'abcdef01', 'ABCDEF01'],
  origin: ['debian', 'ubuntu', 'Debian'],
  origin_version: ['12', '24.04'],
  pdb_age: ['1', '2'],
  pdb_sig: hex,
  platform: ['ios', 'android'],
  service: ['shop', 'Shop', 'till', 'shop '],
  symbol_source: ['debug_info', 'symbol_table', 'none'],
  uuids: [],
  variant: ['release', 'debug', 'Release'],
  version: ['1.0', '1.0.0', '2.0', '1,0'],
  version_code: ['1', '100'],
}
const urls = [
  'https://example.com/js/app.js',
  '/js/app.js',
  'https://example.com/JS/app.js',
  'app.js',
  '/deep/js/app.js',
  'https://x.test/js/',
  '/js/App.js',
]
const paths = [...new Set(urls.flatMap(url => minifiedUrlAttributes(url).absolute_path ?? []))]
const fileNames = [...values.file_name, ...paths, 'App.js', 'js/app.js', '/missing/app.js', '/']

/** Stores maps of all kinds in two organizations and gives what is there, by rising id. */
export async function storeRandomMaps(catalog: Catalog, random: Random, count: number): Promise<ModelMap[]> {
  const uploads = Array.from({ length: count }, (_, number) => randomUpload(random, number))
  const ids = await putAll(catalog, uploads)
  const maps = uploads.map(({ organization, kind: name, size, attributes }, at) => {
    return { organization, id: ids[at] ?? 0, kind: name, size, attributes, deleted: false, stateVersion: 1 }
  })
  return maps.sort((a, b) => a.id - b.id)
}

function randomUpload(random: Random, number: number): Upload {
  const name = kindNames[number % kindNames.length] ?? 'js'
  const organization = random.chance(0.75) ? 1 : 2
  return uploadOf({ kind: name, attributes: randomAttributes(random, name), organization, size: random.below(1e6) }, `map ${number}`)
}

/** A selection of a kind with the given filter and random others. */
export function randomSelection(random: Random, name: Kind, leading: FilterName | undefined): Selection {
  const entry = kind(name)
  const obeys = random.chance(0.7)
  const isGiven = (each: FilterName) => each === leading || (obeys && entry.required.includes(each)) || random.chance(0.15)
  return { kind: name, criteria: entry.filters.filter(isGiven).map(each => randomCriterion(random, each)) }
}

function randomCriterion(random: Random, name: FilterName): Criterion {
  const pool = [...valuesOf(random, name), 'never seen']
  return { filter: name, values: [...new Set(random.some(pool, 1, filter(name).many ? 5 : 1))] }
}

function valuesOf(random: Random, name: FilterName): readonly string[] {
  if (name === 'id') return [...randomIds(random), '0', '007', '1e1', '-1', '+1', ' 1', '١', '123456789012345678901234567890', '999999']
  if (name === 'uuid') return ids.filter(id => !id.includes(','))
  return name === 'filename' ? fileNames : values[filter(name).field as FieldName]
}

function randomIds(random: Random): string[] {
  return Array.from({ length: 40 }, () => String(1 + random.below(300)))
}

function randomAttributes(random: Random, name: Kind): Attributes {
  const own = kind(name).attributes.filter(
    each => values[each].length > 0 && (each === 'service' || each === 'version' || random.chance(0.8)),
  )
  const plain = Object.fromEntries(own.map(each => [each, random.pick(values[each])]))
  if (name === 'js') return { ...omitFileName(plain), ...minifiedUrlAttributes(random.pick(urls)) }
  if (name === 'ios') return { uuids: random.some(valuesOf(random, 'uuid'), 1, 3).join(random.pick([',', ', '])) }
  return plain
}

function omitFileName({ file_name: _, ...rest }: Attributes): Attributes {
  return rest
}
