import type { Dirent } from 'node:fs'
import { opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FoundFiles } from '../../operations/ports/blob-inspection.ts'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import { copyAt } from '../copy-file-name.ts'
import { isCode } from './is-code.ts'

const pageSize = 500
const organizationForm = /^(0|[1-9]\d{0,14})$/
const prefixForm = /^[0-9a-f]{2}$/

/** All files in the folders that copies are kept in, in pages; other folders of the root, a quarantine for instance, are not looked into. */
export async function* keptFiles(root: string): AsyncGenerator<FoundFiles> {
  for (const organization of await foldersIn(root, organizationForm))
    for (const prefix of await foldersIn(join(root, organization), prefixForm))
      for await (const page of entryPages(join(root, organization, prefix))) yield toFound(page, Number(organization), prefix)
}

/** The entries of one folder in pages, since it may hold very many; none when there is no such folder. */
export async function* entryPages(folder: string): AsyncGenerator<readonly Dirent[]> {
  const entries = await opendir(folder).catch(unlessGone)
  if (!entries) return
  let page: Dirent[] = []
  for await (const entry of entries) {
    page.push(entry)
    if (page.length < pageSize) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

async function foldersIn(folder: string, form: RegExp): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(unlessGone)) ?? []
  return entries.filter(entry => entry.isDirectory() && form.test(entry.name)).map(entry => entry.name)
}

function toFound(entries: readonly Dirent[], organization: number, prefix: string): FoundFiles {
  const copies: CopyName[] = []
  for (const entry of entries) {
    const copy = entry.isFile() ? copyAt(organization, prefix, entry.name) : undefined
    if (copy) copies.push(copy)
  }
  return { copies, foreign: entries.length - copies.length }
}

/** For a folder or file that went away meanwhile. */
export function unlessGone(error: unknown): undefined {
  if (!isCode(error, 'ENOENT')) throw error
  return undefined
}
