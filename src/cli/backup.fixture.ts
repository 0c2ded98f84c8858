import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { keys, mapkeep, type Server } from './mapkeep.fixture.ts'

/** Where one test keeps its installation, its backup and what is restored from it. */
export interface BackupFolders {
  readonly data: string
  readonly backup: string
  readonly restored: (number: number) => string
}

/** New folders below one that is there. */
export function freshFolders(below: string): BackupFolders {
  const root = fs.mkdtempSync(path.join(below, 'backup-'))
  return { data: path.join(root, 'data'), backup: path.join(root, 'backup'), restored: number => path.join(root, `restored ${number}`) }
}

/** Restores a backup and has every byte of it checked. */
export async function whole(backup: string, data: string): Promise<void> {
  const { exitCode, output, errors } = await mapkeep(['restore-backup', backup, '--data', data, '--json'])
  assert.equal(exitCode, 0, errors + output)
  const checked = await mapkeep(['fsck', '--data', data, '--verify-bytes', '--json'])
  assert.deepEqual([checked.exitCode, JSON.parse(checked.output).problems], [0, []])
}

/** Uploads a map with one file of so many words; its build id is its name. */
export async function uploadLarge(url: string, name: string, words: number): Promise<void> {
  const event = { type: 'il2cpp_mapping_file', build_id: name }
  const form = new FormData()
  form.set('event', new Blob([JSON.stringify(event)]), 'event')
  form.set('il2cpp_mapping_file', new Blob([`${name} is how these many words begin, `.repeat(words)]), 'LineNumberMappings.json')
  const response = await fetch(`${url}/api/v2/srcmap`, { method: 'POST', headers: { 'dd-api-key': keys.api }, body: form })
  if (!response.ok) throw new Error(`the upload was refused: ${response.status} ${await response.text()}`)
}

/** Ends a server in good order. */
export async function stop(server: Server): Promise<void> {
  server.child.kill('SIGTERM')
  await server.ended
}

/** The files below a folder; none when it is not there. */
export function filesIn(root: string): string[] {
  if (!fs.existsSync(root)) return []
  const entries = fs.readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  return entries.map(entry => path.relative(root, path.join(entry.parentPath, entry.name)))
}
