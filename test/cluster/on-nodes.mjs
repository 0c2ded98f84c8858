// The suites of test/wire and test/stories, unchanged, on three nodes behind a balancer.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { clusterMissing, startStores } from './stores.mjs'

const root = path.join(import.meta.dirname, '..', '..')
const files = ['test/wire', 'test/stories'].flatMap(folder =>
  fs
    .readdirSync(path.join(root, folder))
    .filter(name => name.endsWith('.test.mjs'))
    .map(name => path.join(folder, name)),
)

/** The suites in which more than one node matters most: they run at every change, the others in `npm run test:all`. */
const always = new Set(['test/stories/deletion.test.mjs', 'test/wire/repeats.test.mjs'])

/** Declares a test for each of those suites, or for each of the others. */
export function describeOnNodes(which) {
  describe('on three nodes behind a balancer', { skip: clusterMissing() ?? false, concurrency: 2 }, () => {
    let stores
    before(async () => {
      stores = await startStores()
    })
    after(() => stores?.stop())

    for (const file of files) if (always.has(file) === (which === 'always')) test(file, t => runFile(t, file, stores.place))
  })
}

/** Runs a test file as the ritual does; its tests are told of as far as they failed or were skipped. */
async function runFile(t, file, place) {
  const env = { ...process.env, MAPKEEP_TEST_STORES: 'cluster', MAPKEEP_TEST_STORES_AT: JSON.stringify(place) }
  // The runner would talk to the one that runs this file
  delete env.NODE_TEST_CONTEXT
  const reporters = ['spec', path.join(root, 'scripts', 'skips-reporter.mjs')].flatMap((reporter, at) => [
    `--test-reporter=${reporter}`,
    `--test-reporter-destination=${['stdout', 'stderr'][at]}`,
  ])
  const child = spawn(process.execPath, ['--test', ...reporters, file], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', text => (printed[name] += text))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(printed.stdout + printed.stderr)
  t.diagnostic(/tests \d+/.exec(printed.stdout)?.[0])
  for (const line of printed.stderr.split('\n').filter(Boolean)) {
    const { name, reason } = JSON.parse(line)
    await t.test(name, { skip: reason }, () => {})
  }
}
