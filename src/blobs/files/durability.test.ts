import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'

/** One system call that matters: what it did, and the path it did it to; for a rename also the new path. */
interface Call {
  readonly what: string
  readonly path: string
  readonly to?: string
}

// kill -9 cannot see a missing fsync, since the system's cache outlives the process: the order of the calls is what can be seen
test('bytes are written, synced, renamed and their folders synced, in this order, before a copy counts as kept', async t => {
  if (spawnSync('strace', ['-V']).error) return t.skip('strace is not installed')
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'durability-')))
  t.after(() => rm(folder, { recursive: true }))
  const root = join(folder, 'blobs')
  const calls = await trace(folder, root)
  const renames = calls.filter(call => call.what === 'rename')
  assert.deepEqual(
    renames.map(call => /-(\w+)(\.br)?$/.exec(call.to ?? '')?.[1]),
    ['small', 'large', 'compressed'],
  )
  for (const rename of renames) assertDurable(calls, rename, root)
  const unlinked = calls.findIndex(call => call.what === 'unlink' && call.path === renames[1]?.to)
  assert.ok(unlinked >= 0 && calls.slice(unlinked).some(call => call.what === 'fsync' && call.path === dirname(renames[1]?.to ?? '')))
})

function assertDurable(calls: readonly Call[], rename: Call, root: string): void {
  const at = calls.indexOf(rename)
  const [before, after] = [calls.slice(0, at), calls.slice(at + 1)]
  const end = after.findIndex(call => call.what === 'kept')
  const folder = dirname(rename.to ?? '')
  const written = before.findLastIndex(call => call.what === 'write' && call.path === rename.path)
  const synced = before.findLastIndex(call => call.what === 'fsync' && call.path === rename.path)
  assert.ok(written >= 0 && synced > written, 'the file is synced after its last write and before the rename')
  assert.ok(!after.some(call => call.what === 'write' && call.path === rename.to), 'nothing is written after the rename')
  assert.ok(
    after.slice(0, end).some(call => call.what === 'fsync' && call.path === folder),
    'the folder is synced after the rename',
  )
  for (let made = folder; made !== root; made = dirname(made)) {
    const mkdir = before.findIndex(call => call.what === 'mkdir' && call.path === made)
    assert.ok(mkdir >= 0, `${made} is made`)
    const parent = before.slice(mkdir).find(call => call.what === 'fsync' && call.path === dirname(made))
    assert.ok(parent, `the folder of ${made} is synced after it was made`)
  }
}

async function trace(folder: string, root: string): Promise<Call[]> {
  const output = join(folder, 'strace')
  const program = join(import.meta.dirname, 'durability-program.js')
  const traced = 'trace=write,writev,pwrite64,pwritev,fsync,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat'
  const options = ['-f', '-y', '-s', '512', '-o', output, '-e', traced]
  execFileSync('strace', [...options, process.execPath, program, root], { env: { ...process.env, UV_USE_IO_URING: '0' } })
  return (await readFile(output, 'utf8')).split('\n').flatMap(toCall)
}

function toCall(line: string): Call[] {
  const [, name = '', rest = ''] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? []
  const what = /^p?write/.test(name) ? 'write' : name.replace(/at2?$/, '')
  if (rest.includes('"kept\\n"')) return [{ what: 'kept', path: '' }]
  const [first, second] = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(match => match[1] ?? '')
  const descriptor = /^\d+<([^>]*)>/.exec(rest)?.[1]
  if (what === 'write' || what === 'fsync') return descriptor ? [{ what, path: descriptor }] : []
  return first ? [{ what, path: first, ...(second ? { to: second } : {}) }] : []
}
