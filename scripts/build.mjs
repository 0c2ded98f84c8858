// Compiles src/ into dist/, bundles what the program loads, and removes what no longer has a source. Incremental, and safe to run
// twice at once: the second waits for the first and then finds little left to do.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { bundle } from './bundle.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const src = path.join(root, 'src')
const dist = path.join(root, 'dist')
const buildInfo = path.join(dist, '.tsbuildinfo')
const lock = path.join(dist, '.building')
const bundles = path.join(dist, '.bundles')

const filesBelow = folder =>
  fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)))

const sources = () => filesBelow(src).filter(file => file.endsWith('.ts') && !file.endsWith('.d.ts'))

const outputOf = source => `${source.slice(0, -'.ts'.length)}.js`

// What the last bundle but this one had stays: a program that has read its main.js may be about to load the rest of it.
const withLast = bundled => {
  const known = fs.existsSync(bundles) ? JSON.parse(fs.readFileSync(bundles, 'utf8')) : [[]]
  const kept = JSON.stringify(known[0]) === JSON.stringify(bundled) ? known : [bundled, known[0]]
  fs.writeFileSync(bundles, JSON.stringify(kept))
  return kept.flat()
}

const prune = bundled => {
  const wanted = new Set([...sources().map(outputOf), ...bundled])
  for (const file of filesBelow(dist)) {
    if (file.endsWith('.js') && !wanted.has(file)) fs.rmSync(path.join(dist, file), { force: true })
  }
}

const mtime = file => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

// An output someone removed by hand is not written again by an incremental compiler, so the build starts over.
const forgetIncompleteBuild = () => {
  const lost = source => !fs.existsSync(path.join(dist, outputOf(source))) && mtime(path.join(src, source)) < mtime(buildInfo)
  if (sources().some(lost)) fs.rmSync(buildInfo, { force: true })
}

const compile = () => {
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  if (!fs.existsSync(tsc)) throw new Error('typescript is not installed: run npm ci first')
  return spawnSync(process.execPath, [tsc, '-p', root], { cwd: root, stdio: 'inherit' }).status ?? 1
}

const isAlive = pid => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

const ownerOf = file => {
  try {
    return Number(fs.readFileSync(file, 'utf8'))
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}

// The lock names its owner; one whose owner is gone was left by a killed build. Between creation and content it names nobody yet.
const isAbandoned = file => {
  const owner = ownerOf(file)
  if (owner === undefined) return false
  return owner > 0 ? !isAlive(owner) : Date.now() - mtime(file) > 2_000
}

const tryLock = () => {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (isAbandoned(lock)) fs.rmSync(lock, { force: true })
    return false
  }
}

const locked = async work => {
  while (!tryLock()) await sleep(50)
  try {
    return await work()
  } finally {
    fs.rmSync(lock, { force: true })
  }
}

fs.mkdirSync(dist, { recursive: true })
process.exitCode = await locked(async () => {
  forgetIncompleteBuild()
  const status = compile()
  if (status === 0) prune(withLast(await bundle({ src, dist })))
  return status
})
