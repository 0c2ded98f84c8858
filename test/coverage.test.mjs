import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.dirname(import.meta.dirname)
const page = textOf('docs/wire/coverage.md')

for (const [file, atLeast] of [
  ['docs/wire/coverage.md', 50],
  ['SECURITY.md', 30],
])
  test(`every test that ${file} names exists`, () => {
    const named = testsNamedIn(textOf(file))
    assert.ok(named.length > atLeast, 'the page names tests in the form this test reads')
    const missing = named.filter(each => !textOf(each.file).includes(each.name))
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

function testsNamedIn(text) {
  const found = text.matchAll(/`((?:src|test)\/[\w./-]+)` “([^”]+)”/g)
  return [...found].map(([, file, name]) => ({ file, name: name.replaceAll('\\|', '|') }))
}

function textOf(file) {
  const target = path.join(root, file)
  return fs.existsSync(target) ? fs.readFileSync(target, 'utf8') : ''
}
