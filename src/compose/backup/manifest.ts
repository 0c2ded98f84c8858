import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { digestOf } from '../../blobs/digest-of.ts'
import { isCode } from '../../blobs/files/is-code.ts'
import type { LostCopy } from '../../domain/backup.ts'
import type { BackupFiles } from './backup-files.ts'

/** What a backup says of itself; without one that fits its catalog it is none. Sizes are bytes. */
export interface Manifest {
  readonly format: 1
  /** The version of the program that made it. */
  readonly mapkeep: string
  readonly installation: string
  readonly taken_at: string
  readonly finished_at: string
  /** It names each copy with its digest and its stored size, so these are not told again. */
  readonly catalog: FileFacts
  readonly copies: number
  readonly size: number
  readonly lost_count: number
  readonly lost: readonly LostCopy[]
}

/** What tells one file from every other. */
export interface FileFacts {
  readonly size: number
  readonly sha256: string
}

/** Reads a file to its end. */
export async function factsOf(path: string): Promise<FileFacts> {
  return { size: (await stat(path)).size, sha256: await digestOf(createReadStream(path)) }
}

/** The manifest that fits the catalog of a backup, and where it lies: a backup that was cut off at its very end has it under its first name. */
export async function fittingManifest(files: BackupFiles): Promise<{ manifest: Manifest; path: string } | undefined> {
  const found = await Promise.all([files.manifest, files.next.manifest].map(async path => ({ path, manifest: await read(path) })))
  const candidates = found.flatMap(({ path, manifest }) => (manifest ? [{ path, manifest }] : []))
  if (candidates.length === 0) return undefined
  const { size, sha256 } = await factsOf(files.catalog)
  return candidates.find(({ manifest: { catalog } }) => catalog.size === size && catalog.sha256 === sha256)
}

async function read(path: string): Promise<Manifest | undefined> {
  const text = await readFile(path, 'utf8').catch(error => {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return checked(JSON.parse(text))
  } catch {
    throw new Error(`${path} is no manifest of a backup that this version of mapkeep can read`)
  }
}

function checked(value: Manifest): Manifest {
  const { format, installation, catalog } = value
  if (format !== 1 || typeof installation !== 'string' || typeof catalog.sha256 !== 'string' || typeof catalog.size !== 'number')
    throw new TypeError('not a manifest')
  return value
}
