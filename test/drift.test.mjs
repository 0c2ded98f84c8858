import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const root = path.dirname(import.meta.dirname)

test('everything generated is what the code says', () => {
  const { status, stderr } = spawnSync(process.execPath, [path.join(root, 'scripts', 'generate.mjs'), '--check'], { encoding: 'utf8' })
  assert.equal(stderr, '')
  assert.equal(status, 0)
})

test('every link of the documentation leads somewhere', () => {
  const broken = pages().flatMap(page =>
    linksIn(page)
      .filter(link => !leadsSomewhere(page, link))
      .map(link => `${page}: ${link}`),
  )
  assert.deepEqual(broken, [])
})

test('every dependency is defended in CONTRIBUTING.md', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'))
  const text = read('CONTRIBUTING.md')
  const silent = Object.keys({ ...dependencies, ...devDependencies }).filter(name => !text.includes(`\`${name}\``))
  assert.deepEqual(silent, [])
})

function read(file) {
  return fs.readFileSync(path.join(root, file), 'utf8')
}

function pages() {
  const below = folder => fs.readdirSync(path.join(root, folder), { recursive: true }).map(file => path.join(folder, file))
  return [...fs.readdirSync(root), ...below('docs'), ...below('bench')].filter(file => file.endsWith('.md'))
}

/** Relative links; those to other sites are not followed. */
function linksIn(page) {
  const prose = read(page).replace(/^```[\s\S]*?^```/gm, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter(link => !/^[a-z]+:/.test(link))
}

function leadsSomewhere(page, link) {
  const [file, anchor] = link.split('#')
  const target = file === '' ? page : path.join(path.dirname(page), file)
  if (!fs.existsSync(path.join(root, target))) return false
  return anchor === undefined || headingsOf(target).includes(anchor)
}

function headingsOf(page) {
  const headings = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, text]) => text)
  return headings.map(text =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}
