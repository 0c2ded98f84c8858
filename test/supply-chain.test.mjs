// What others have written and we run: where it comes from, what it may do, and on which terms.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { describe, test } from 'node:test'
import { lockedPackages } from '../scripts/dependencies-page.mjs'

const root = path.dirname(import.meta.dirname)
const read = file => fs.readFileSync(path.join(root, file), 'utf8')
const ours = JSON.parse(read('package.json'))
const lock = JSON.parse(read('package-lock.json'))
const packages = lockedPackages(path.join(root, 'package-lock.json'))
const production = packages.filter(each => !each.dev)
const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/

/** Terms under which a program may be passed on with what it needs, without conditions on the program itself. */
const licences = new Set(['0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC0-1.0', 'ISC', 'MIT', 'Unlicense'])

/**
 * Packages of the production tree that would run a program when they are installed, and why they work although `.npmrc` forbids it:
 * the first looks for a binary that fits, and otherwise calls a compiler, but loads the one inside the package by itself; the second only
 * counts installations for `swagger-ui-dist`, by telling a company of them.
 */
const silenced = ['@photostructure/sqlite', '@scarf/scarf']

describe('the lock file', () => {
  test('is that of package.json, in which every version is exact', () => {
    for (const group of ['dependencies', 'devDependencies', 'engines', 'bin']) assert.deepEqual(lock.packages[''][group], ours[group])
    const loose = Object.entries({ ...ours.dependencies, ...ours.devDependencies, ...ours.overrides }).filter(
      ([, version]) => !exact.test(version),
    )
    assert.deepEqual(loose, [])
    const other = Object.entries({ ...ours.dependencies, ...ours.devDependencies }).filter(
      ([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version,
    )
    assert.deepEqual(other, [])
  })

  test('names every package by an exact version of a registry, and none by a folder, a repository or an address', () => {
    const odd = packages.filter(
      ({ version, resolved, link }) => link || !exact.test(version ?? '') || !/^(https:.*\.tgz)?$/.test(resolved ?? ''),
    )
    assert.deepEqual(odd, [])
  })

  test('has a SHA-512 of every package, but for development tools of other systems than the one it was made on', t => {
    const unproved = packages.filter(({ integrity }) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))
    const excused = unproved.filter(({ dev, optional, os }) => dev && optional && os)
    assert.deepEqual(
      unproved.filter(each => !excused.includes(each)).map(({ name }) => name),
      [],
    )
    t.diagnostic(`without one: ${excused.map(({ name }) => name).join(', ')}`)
  })
})

describe('the packages that run in production', () => {
  test('are licensed as the list allows, by the lock file and by themselves', t => {
    assert.deepEqual(
      production.filter(({ license }) => !licences.has(license)).map(({ name, license }) => `${name}: ${license}`),
      [],
    )
    const differing = production.filter(each => manifestOf(each).license !== each.license)
    assert.deepEqual(
      differing.map(({ name }) => name),
      [],
    )
    const others = packages.filter(({ dev, license }) => dev && !licences.has(license)).map(({ name, license }) => `${name}: ${license}`)
    t.diagnostic(`for development only: ${others.join(', ')}`)
  })

  test('are installed in the versions of the lock file', () => {
    assert.deepEqual(
      production.filter(each => manifestOf(each).version !== each.version).map(({ name }) => name),
      [],
    )
  })

  test('run nothing on installation: the ones that would are known, and .npmrc forbids it to all', () => {
    const scripted = production.filter(each => each.hasInstallScript || scriptsOf(each).length > 0)
    assert.deepEqual(scripted.map(({ name }) => name).sort(), silenced)
    assert.match(read('.npmrc'), /^ignore-scripts=true$/m)
    assert.deepEqual(
      Object.keys(ours.scripts).filter(name => lifecycle.has(name)),
      [],
    )
  })

  test('hold no native code but the binding of SQLite, whose binaries come inside it and are not compiled', () => {
    const native = production.filter(each => filesOf(each).some(file => /(^|\/)binding\.gyp$|\.node$/.test(file)))
    assert.deepEqual(
      native.map(({ name }) => name),
      ['@photostructure/sqlite'],
    )
    const built = filesOf(native[0]).filter(file => file.endsWith('.node') && !file.startsWith('prebuilds/'))
    assert.deepEqual(built, [])
  })
})

const lifecycle = new Set(['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'preprepare', 'postprepare'])

function scriptsOf(each) {
  return ['preinstall', 'install', 'postinstall'].filter(name => manifestOf(each).scripts?.[name])
}

function manifestOf({ path: place }) {
  return JSON.parse(read(path.join(place, 'package.json')))
}

/** Files of one package, without those of packages inside it. */
function filesOf({ path: place }) {
  const folder = path.join(root, place)
  return fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(file => !file.includes('node_modules'))
}
