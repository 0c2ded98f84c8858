import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePorts } from '../../dist/blobs/s3/free-ports.fixture.js'
import { endProcess } from '../../test/wire/node-process.mjs'
import { bytesOf, clientOf, untilReady } from './ask.mjs'
import { familyOf } from './processes.mjs'
import { sizeOf } from './size-of.mjs'

export const debuginfod = {
  name: 'debuginfod',
  lacks:
    'takes no uploads and removes nothing: it indexes files that somebody else has put there; no keys, no compression of its own, no undo, no history',
  jobs: ['get'],
  kinds: ['elf'],
  missing: () => (spawnSync('debuginfod', ['--version']).error ? 'debuginfod is not installed (Debian: debuginfod)' : undefined),
  start,
}

/** It finds the files before its first answer counts, so they are there first. */
async function start(folder, files) {
  const [port, shelf] = [(await freePorts(1))[0], path.join(folder, 'files')]
  mkdirSync(shelf, { recursive: true })
  for (const { name, bytes } of files) writeFileSync(path.join(shelf, `${name}.debug`), bytes)
  const args = ['-F', '-p', String(port), '-d', path.join(folder, 'index.sqlite'), '-g', '0', '-t', '0', '--disable-source-scan', shelf]
  const child = spawn('debuginfod', args, { stdio: 'ignore' })
  const client = clientOf(`http://127.0.0.1:${port}`)
  const get = async ({ buildId }) => bytesOf('a build id', await client.ask(`GET /buildid/${buildId}/debuginfo`))
  await untilReady(child, async () => (await Promise.all(files.map(get))).every(bytes => bytes !== undefined))
  return {
    get,
    pids: () => familyOf(child.pid),
    stored: () => sizeOf(shelf),
    stop: async () => {
      client.close()
      await endProcess(child, 'SIGTERM')
    },
  }
}
