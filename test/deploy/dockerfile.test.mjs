import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { call, everyMap, uploadJs } from '../wire/api.mjs'
import { cleanEnvironment, run } from '../wire/running-server.mjs'
import { filesBelow, read, root } from './files.mjs'
import { diskUse, imitateBuild } from './imitate-build.mjs'
import { lastOf, listOf, readCopy, readDockerfile } from './read-dockerfile.mjs'

const stages = readDockerfile(read('Dockerfile'))
const image = stages.at(-1)
const keys = { apiKey: 'mka_image', appKey: 'mkp_image' }

describe('the Dockerfile says', () => {
  test('one base image for all stages, with a full version and a Node that is supported', () => {
    const [base, ...others] = new Set(stages.map(stage => stage.image))
    assert.deepEqual(others, [])
    const [, major, minor] = /^node:(\d+)\.(\d+)\.\d+-bookworm-slim$/.exec(base).map(Number)
    assert.ok(major > 20 || (major === 20 && minor >= 19), base)
  })

  test('a user by number that is not root, and a folder of that user for the data', () => {
    const user = lastOf(image, 'USER')
    assert.match(user, /^[1-9]\d*:[1-9]\d*$/)
    const data = image.instructions.filter(each => each.name === 'COPY').map(each => readCopy(each.value))
    assert.equal(data.find(copy => copy.target === '/data/').chown, user)
    assert.deepEqual(listOf(lastOf(image, 'VOLUME')), ['/data'])
    assert.ok(image.instructions.some(each => each.name === 'ENV' && each.value === 'MAPKEEP_DATA=/data'))
  })

  test('the signal that stops the server cleanly, and the standard port', () => {
    assert.equal(lastOf(image, 'STOPSIGNAL'), 'SIGTERM')
    assert.equal(lastOf(image, 'EXPOSE'), '8190')
    assert.deepEqual([...listOf(lastOf(image, 'ENTRYPOINT')), ...listOf(lastOf(image, 'CMD'))], ['node', 'dist/main.js', 'serve'])
  })

  test('nothing runs in the last stage, so no secret and no cache can stay in it', () => {
    assert.deepEqual(
      image.instructions.filter(each => ['RUN', 'ADD', 'ARG'].includes(each.name)),
      [],
    )
  })
})

describe('what the Dockerfile builds, imitated in an empty folder', () => {
  let folder
  let built

  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mapkeep-image-'))
    fs.chmodSync(folder, 0o755)
    built = imitateBuild(folder)
    fs.chmodSync(built.folder, 0o555)
  })
  after(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))

  test('is started as a user who cannot write, stores an upload, tells its health, and stops cleanly', async t => {
    const server = await startBuilt(t, built)
    assert.equal((await call(server, 'GET /readyz')).status, 200)
    await uploadJs(server, { name: 'in an image' })
    assert.equal((await everyMap(server)).length, 1)
    const probe = { cwd: built.folder, env: { ...server.env, MAPKEEP_PORT: new URL(server.url).port } }
    assert.equal((await run(built.health[0], built.health.slice(1), probe)).code, 0)
    assert.ok(fs.existsSync(path.join(built.rootFolder, 'data', 'catalog.db')))
    const silent = { ...probe, env: { ...probe.env, MAPKEEP_PORT: '9' } }
    assert.equal((await run(built.health[0], built.health.slice(1), silent)).code, 1)
    server.child.kill(lastOf(image, 'STOPSIGNAL'))
    assert.deepEqual(await once(server.child, 'close'), [0, null])
  })

  test('has loaded no code from outside of itself: nothing is fetched or found elsewhere while it runs', () => {
    const files = loadedCode(built.rootFolder)
    const folder = `${fs.realpathSync(built.folder)}/`
    for (const part of ['dist/main.js', 'node_modules/@photostructure/sqlite/dist/index.mjs'])
      assert.ok(files.includes(folder + part), part)
    assert.deepEqual(
      files.filter(file => !file.startsWith(folder)),
      [],
    )
  })

  test('has no tests, sources, compilers or clients in it, and says how large it is', t => {
    const files = fs.readdirSync(built.folder, { recursive: true })
    assert.deepEqual(
      files.filter(file => /^dist.*(\.(test|fixture|contract)\.js|\/contract\/|tsbuildinfo)/.test(file)),
      [],
    )
    assert.deepEqual(fs.readdirSync(built.folder).sort(), ['LICENSE', 'dist', 'node_modules', 'package.json'])
    const { devDependencies } = JSON.parse(read('package.json'))
    const kept = new Set(
      Object.entries(JSON.parse(read('package-lock.json')).packages)
        .filter(([, entry]) => !entry.dev)
        .map(([name]) => name),
    )
    const stowaways = Object.keys(devDependencies).filter(
      name => !kept.has(`node_modules/${name}`) && fs.existsSync(path.join(built.folder, 'node_modules', name)),
    )
    assert.deepEqual(stowaways, [])
    t.diagnostic(`${Math.round(diskUse(built.folder) / 1e6)} MB beside the base image`)
  })
})

test('.dockerignore lets nothing through that is not in the build', () => {
  const copied = stages.flatMap(stage => stage.instructions.filter(each => each.name === 'COPY').map(each => readCopy(each.value)))
  const sources = new Set(copied.filter(copy => !copy.from).flatMap(copy => copy.sources))
  const allowed = read('.dockerignore')
    .split('\n')
    .filter(line => line.startsWith('!'))
    .map(line => line.slice(1))
  assert.deepEqual([...sources].sort(), allowed.sort())
  assert.ok(filesBelow('src').length > 0 && fs.existsSync(path.join(root, 'LICENSE')))
})

const loaded = 'loaded-code'

/**
 * Every piece of code that a server has loaded until it stopped, as the engine itself notes it for coverage. Functions that packages make out
 * of texts, such as the writers of JSON, have no address.
 */
function loadedCode(rootFolder) {
  const folder = path.join(rootFolder, 'data', loaded)
  const notes = fs.readdirSync(folder).flatMap(file => JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')).result)
  return notes
    .filter(({ url }) => url !== '' && !url.startsWith('node:'))
    .map(({ url }) => (url.startsWith('file:') ? fileURLToPath(url) : url))
}

/** Starts it as the image would, except that only loopback can reach it; as the image's user where this process may choose one. */
async function startBuilt(t, { folder, rootFolder, environment, entrypoint, command, user }) {
  const data = path.join(rootFolder, 'data')
  const [uid, gid] = user.split(':').map(Number)
  if (process.getuid() === 0) fs.chownSync(data, uid, gid)
  else execFileSync('chmod', ['-R', 'a-w', folder])
  const inside = Object.entries(environment).map(([name, value]) => [name, value === '/data' ? data : value])
  const added = { ...Object.fromEntries(inside), MAPKEEP_HOST: '127.0.0.1', MAPKEEP_PORT: '0' }
  const noted = { NODE_V8_COVERAGE: path.join(data, loaded) }
  const env = cleanEnvironment({ ...added, MAPKEEP_BOOTSTRAP_API_KEY: keys.apiKey, MAPKEEP_BOOTSTRAP_APP_KEY: keys.appKey })
  const as = process.getuid() === 0 ? { uid, gid } : {}
  const [program, ...args] = [...entrypoint, ...command]
  const child = spawn(program, args, { cwd: folder, env: { ...env, ...noted }, ...as, stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  if (process.getuid() !== 0) t.after(() => execFileSync('chmod', ['-R', 'u+w', folder]))
  let output = ''
  child.stderr.setEncoding('utf8').on('data', text => (output += text))
  for await (const text of child.stdout.setEncoding('utf8')) {
    output += text
    const url = /listening on (\S+)$/m.exec(output)?.[1]
    if (url) return { keys, url, env, child }
  }
  throw new Error(`it did not start: ${output}`)
}
