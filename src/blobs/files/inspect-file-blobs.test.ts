import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { put, small } from '../contract/samples.ts'
import { inspectFileBlobs } from './inspect-file-blobs.ts'
import { openFileBlobs } from './open-file-blobs.ts'

test('inspecting a folder that is not there makes nothing', async t => {
  const folder = await temporaryFolder(t)
  const inspection = inspectFileBlobs(join(folder, 'none'))
  assert.equal(await inspection.installation(), undefined)
  for await (const _ of inspection.keptFiles()) assert.fail('nothing is kept there')
  for await (const _ of inspection.temporaryFiles()) assert.fail('nothing is received there')
  assert.deepEqual(await readdir(folder), [])
})

test('files among the copies that cannot be ours are counted and not taken for copies; other folders are not looked into', async t => {
  const folder = await temporaryFolder(t)
  const copy = await put(await openFileBlobs(folder), small)
  const prefix = copy.digest.slice(0, 2)
  const beside = join(folder, '1', prefix)
  const other = join(folder, '1', prefix === '00' ? '01' : '00')
  await mkdir(other)
  await writeFile(join(beside, 'notes.txt'), 'of somebody else')
  await writeFile(join(beside, `${copy.digest}-g.tar`), 'no codec of ours')
  await writeFile(join(other, `${copy.digest}-g`), 'where no copy of this digest is looked for')
  await symlink(join(beside, 'notes.txt'), join(beside, `${copy.digest}-link`))
  await mkdir(join(beside, `${copy.digest}-folder`))
  for (const elsewhere of ['backup', '01', '-1', 'quarantine']) {
    await mkdir(join(folder, elsewhere, prefix), { recursive: true })
    await writeFile(join(folder, elsewhere, prefix, `${copy.digest}-g`), 'elsewhere')
  }
  const pages = []
  for await (const page of inspectFileBlobs(folder).keptFiles()) pages.push(page)
  assert.deepEqual(
    pages.flatMap(page => page.copies),
    [copy],
  )
  assert.equal(
    pages.reduce((sum, page) => sum + page.foreign, 0),
    5,
  )
})

test('more files than one page holds are found in pages', async t => {
  const folder = await temporaryFolder(t)
  const digest = 'ab'.repeat(32)
  await mkdir(join(folder, '3', 'ab'), { recursive: true })
  const names = Array.from({ length: 1203 }, (_, at) => `${digest}-g${at}.br`)
  for (const name of names) await writeFile(join(folder, '3', 'ab', name), '')
  const inspection = inspectFileBlobs(folder)
  const found: string[] = []
  for await (const { copies } of inspection.keptFiles()) {
    assert.ok(copies.length <= 500)
    found.push(...copies.map(copy => inspection.placeOf(copy)))
  }
  assert.deepEqual(found.sort(), names.map(name => join('3', 'ab', name)).sort())
})

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'inspected-'))
  t.after(() => rm(folder, { recursive: true }))
  return folder
}
