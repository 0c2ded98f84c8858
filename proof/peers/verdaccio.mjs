import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePorts } from '../../dist/blobs/s3/free-ports.fixture.js'
import { endProcess } from '../../test/wire/node-process.mjs'
import { cleanEnvironment, run } from '../../test/wire/running-server.mjs'
import { bytesOf, clientOf, untilReady } from './ask.mjs'
import { familyOf } from './processes.mjs'
import { sizeOf } from './size-of.mjs'

/** The newest release that runs on every Node we support. */
export const version = '6.8.0'

export const verdaccio = {
  name: `Verdaccio ${version}`,
  lacks:
    'no sync of the file before the answer; anybody may publish and remove here; no undo, no holds, no deduplication, no compression, no history; keeps a page of metadata per package, which mapkeep has as a row',
  jobs: ['put', 'get', 'remove'],
  kinds: ['map'],
  missing: () =>
    existsSync(programIn(installed()))
      ? undefined
      : 'Verdaccio is not installed (npm run proof:peers installs it for itself; MAPKEEP_VERDACCIO names its folder)',
  start,
}

const installed = () => process.env.MAPKEEP_VERDACCIO ?? ''
const programIn = folder => path.join(folder, 'node_modules', 'verdaccio', 'bin', 'verdaccio')

/** Fetches it into a folder, without running anything of it; says why where that fails. */
export async function install(folder) {
  mkdirSync(folder, { recursive: true })
  // One of its packages asks for a dependency by a moving tag, which not every mirror of the registry has
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ private: true, overrides: { 'node-fetch': '2.6.7' } }))
  const args = ['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', `verdaccio@${version}`]
  const { code, output } = await run('npm', args, { cwd: folder, env: cleanEnvironment({}) })
  if (code !== 0) return output.trim().split('\n').at(0)
  process.env.MAPKEEP_VERDACCIO = folder
  return undefined
}

async function start(folder) {
  const [port, config, storage] = [(await freePorts(1))[0], path.join(folder, 'config.yaml'), path.join(folder, 'storage')]
  mkdirSync(storage, { recursive: true })
  const settings = {
    storage,
    max_body_size: '200mb',
    uplinks: {},
    packages: { '**': { access: '$all', publish: '$all', unpublish: '$all' } },
    auth: { htpasswd: { file: path.join(folder, 'htpasswd') } },
    server: { rateLimit: { windowMs: 1000, max: 1_000_000 } },
    web: { enable: false },
    log: { type: 'stdout', format: 'json', level: 'fatal' },
  }
  writeFileSync(config, JSON.stringify(settings)) // which is YAML, too
  const args = [programIn(installed()), '--config', config, '--listen', `127.0.0.1:${port}`]
  const child = spawn(process.execPath, args, { cwd: folder, env: cleanEnvironment({ NODE_ENV: 'production' }), stdio: 'ignore' })
  const client = clientOf(`http://127.0.0.1:${port}`)
  await untilReady(child, async () => (await client.ask('GET /-/ping')).status === 200)
  return {
    ...operations(client.ask),
    pids: () => familyOf(child.pid),
    stored: () => sizeOf(storage),
    stop: async () => {
      client.close()
      await endProcess(child, 'SIGTERM')
    },
  }
}

const tarball = ({ name }) => `/${name}/-/${name}-1.0.0.tgz`
const json = { 'content-type': 'application/json' }

const operations = ask => ({
  prepare,
  put: async (file, body) => {
    bytesOf('a publication', await ask(`PUT /${file.name}`, { headers: { ...json, 'content-length': Buffer.byteLength(body) }, body }))
  },
  get: async file => bytesOf('a tarball', await ask(`GET ${tarball(file)}`)),
  // As npm does it: the revision first, then the package with all there is of it
  remove: async file => {
    const { _rev } = JSON.parse(bytesOf('a package', await ask(`GET /${file.name}?write=true`)))
    bytesOf('an unpublication', await ask(`DELETE /${file.name}/-rev/${_rev}`))
  },
})

/** What npm sends: one version, with the bytes as its attachment. Verdaccio looks into no tarball. */
function prepare({ name, bytes }) {
  const id = `${name}-1.0.0.tgz`
  const digest = (algorithm, encoding) => createHash(algorithm).update(bytes).digest(encoding)
  const dist = {
    integrity: `sha512-${digest('sha512', 'base64')}`,
    shasum: digest('sha1', 'hex'),
    tarball: `http://localhost/${name}/-/${id}`,
  }
  return JSON.stringify({
    _id: name,
    name,
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { _id: `${name}@1.0.0`, name, version: '1.0.0', dist } },
    _attachments: { [id]: { content_type: 'application/octet-stream', data: bytes.toString('base64'), length: bytes.length } },
  })
}
