// Backup and copy while the file system fails: a command either says that it failed, or what it made is whole; and run again, it is made.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { main } from '../../test/wire/node-process.mjs'
import { run } from '../../test/wire/running-server.mjs'
import { runInjected } from './inject.mjs'

export const commandCells = [
  ...['ENOSPC', 'EIO'].flatMap(error => ['pwrite64', 'fsync', 'rename', 'mkdir'].map(call => ({ call, error }))),
  { call: 'copy_file_range,sendfile,writev', error: 'ENOSPC' },
]

const whens = ['1', '2', '1+', '3+']

/** A backup beside the running server. */
export async function runBackup(server, folder, cell) {
  const to = path.join(folder, 'backup')
  const check = async () => {
    const restored = path.join(folder, 'restored')
    const env = { ...server.env, MAPKEEP_DATA: restored }
    const { code, output } = await run(process.execPath, [main, 'restore-backup', to], { env })
    assert.equal(code, 0, `a backup that was called made cannot be restored: ${output}`)
    await fsck(env)
    fs.rmSync(restored, { recursive: true })
  }
  return runCommand(server, { folder, cell, args: ['backup', to], made: to, check })
}

/** A copy of the stores of a stopped server. */
export async function runCopy(server, folder, cell) {
  const to = path.join(folder, 'copied')
  const urls = { MAPKEEP_DATABASE_URL: `sqlite:${path.join(to, 'catalog.db')}`, MAPKEEP_BLOBS_URL: `file:${path.join(to, 'blobs')}` }
  const args = ['copy', '--to-database', urls.MAPKEEP_DATABASE_URL, '--to-blobs', urls.MAPKEEP_BLOBS_URL]
  const check = () => fsck({ ...server.env, ...urls, MAPKEEP_DATA: to })
  return runCommand(server, { folder, cell, args, made: to, check })
}

async function runCommand(server, { folder, cell, args, made, check }) {
  const env = { ...server.env, MAPKEEP_DATA: server.data, MAPKEEP_URL: server.url }
  const { code, output, hits } = await runInjected([process.execPath, main, ...args], {
    env,
    folder,
    calls: cell.call,
    error: cell.error,
    when: cell.when,
  })
  assert.ok(code === 0 || code === 1, `mapkeep ${args[0]} ended with ${code}: ${output}`)
  if (code === 0) await check()
  else assert.match(output, /^mapkeep: .+/m, `mapkeep ${args[0]} says why it failed`)
  assert.doesNotMatch(output, /^ +at /m, `mapkeep ${args[0]} shows its inside: ${output}`)
  // The error may have met the last that is done, the closing of what is made: then there is nothing to go on with, and this is said
  const again = await run(process.execPath, [main, ...args], { env })
  assert.ok(again.code === 0 || /is finished/.test(again.output), `mapkeep ${args[0]} again ended with ${again.code}: ${again.output}`)
  await check()
  fs.rmSync(made, { recursive: true })
  return {
    hits: hits.length,
    answers: { [code === 0 ? 'done' : 'failed']: 1 },
    acknowledged: code === 0 ? 1 : 0,
    unanswered: 0,
    found: 0,
    inspections: code === 0 ? 2 : 1,
  }
}

async function fsck(env) {
  const { code, output } = await run(process.execPath, [main, 'fsck', '--verify-bytes'], { env })
  assert.equal(code, 0, output)
}

export const withWhen = (random, cell) => ({ ...cell, when: whens[Math.floor(random() * whens.length)] })
