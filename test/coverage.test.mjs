import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.dirname(import.meta.dirname)
const page = fs.readFileSync(path.join(root, 'docs', 'wire', 'coverage.md'), 'utf8')
const named = [...page.matchAll(/`((?:src|test)\/[\w./-]+)` “([^”]+)”/g)].map(([, file, name]) => ({
  file,
  name: name.replaceAll('\\|', '|'),
}))

test('every test that the coverage page names exists', () => {
  assert.ok(named.length > 50, 'the page names tests in the form this test reads')
  const missing = named.filter(({ file, name }) => !textOf(file).includes(name))
  assert.deepEqual(missing, [])
})

test('the coverage page names every endpoint of the contract', () => {
  const { paths } = JSON.parse(fs.readFileSync(path.join(root, 'openapi.json'), 'utf8'))
  const own = '/api/mapkeep/v1/sourcemaps'
  const silent = Object.keys(paths).filter(each => !page.includes(each) && !page.includes(`…${each.replace(own, '')}`))
  assert.deepEqual(
    silent.filter(each => !each.startsWith('/docs/')),
    [],
  )
})

function textOf(file) {
  const target = path.join(root, file)
  return fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : ''
}
