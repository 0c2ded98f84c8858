// Runs the tests with Node's own runner: those of every change, with --all also the long ones (`*.long.test.*`).
// `node scripts/test.mjs [part of a path]…` runs the files, long or not, that contain one of the parts.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

const below = (folder, ending) => {
  if (!fs.existsSync(path.join(root, folder))) return []
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && entry.name.endsWith(ending))
    .map(entry => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .filter(file => !file.startsWith(path.join('test', 'fixtures')))
}

const chosenFiles = ({ parts, all }) =>
  [...below('dist', '.test.js'), ...below('test', '.test.mjs')]
    .filter(file => (parts.length === 0 ? all || !file.includes('.long.test.') : parts.some(part => file.includes(part))))
    .sort()

/** Milliseconds that a file of the usual tests may take, several times what the longest does. */
const longestFile = 480_000

const runTests = ({ files, all }, skipsFile) => {
  const reporters = [
    ['spec', 'stdout'],
    [path.join(root, 'scripts', 'skips-reporter.mjs'), skipsFile],
  ].flatMap(([reporter, to]) => [`--test-reporter=${reporter}`, `--test-reporter-destination=${to}`])
  const { NODE_TEST_CONTEXT: _, ...env } = process.env // set when a test started us; the runner would then talk to that test
  if (all) env.MAPKEEP_TESTS = 'all'
  // A test that fails may leave a server running, which would keep its file from ending
  const patience = all ? [] : [`--test-timeout=${longestFile}`]
  const args = ['--test', '--test-concurrency=2', ...patience, ...reporters, ...files]
  const { status, signal, error } = spawnSync(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  if (error) throw error
  if (signal) console.error(`the test run was ended by ${signal}`)
  return status ?? 1
}

const readSkips = skipsFile =>
  fs
    .readFileSync(skipsFile, { encoding: 'utf8', flag: 'a+' })
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

const reportSkips = skips => {
  const counts = new Map()
  for (const { reason } of skips) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  for (const [reason, count] of counts) console.log(`skipped ${count}: ${reason}`)
}

const main = args => {
  const parts = args.filter(arg => arg !== '--all')
  const all = parts.length < args.length
  const files = chosenFiles({ parts, all })
  if (files.length === 0) {
    console.error(parts.length === 0 ? 'no test files found: build first' : `no test file contains ${parts.join(' or ')}`)
    return 1
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-test-'))
  try {
    const status = runTests({ files, all }, path.join(folder, 'skips'))
    const skips = readSkips(path.join(folder, 'skips'))
    reportSkips(skips)
    if (process.env.MAPKEEP_FORBID_SKIPS !== '1' || skips.length === 0) return status
    console.error('skipped tests are not allowed here (MAPKEEP_FORBID_SKIPS=1)')
    return status || 1
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

process.exitCode = main(process.argv.slice(2))
