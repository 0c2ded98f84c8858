import type { BlobInspection, FoundFiles, TemporaryEntry } from '../../operations/ports/blob-inspection.ts'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import { copyAt, copyFileName } from '../copy-file-name.ts'
import { copyObject } from './copy-object.ts'
import { listFolders, listObjects } from './list-objects.ts'
import { readOwner } from './owner-object.ts'
import { objectSize, removeObject } from './put-object.ts'
import { readCopy } from './read-copy.ts'
import { readStored } from './read-stored.ts'
import { S3Bucket } from './s3-bucket.ts'
import { type S3Limits, s3Limits } from './s3-limits.ts'
import type { S3Place } from './s3-place.ts'
import { temporaryName, temporaryPath } from './temporary-name.ts'

const quarantineForm = /^[0-9A-Za-z]+$/
const organizationForm = /^(0|[1-9]\d{0,14})$/

/** A store under inspection and how its connections are closed. */
export interface InspectedS3Blobs {
  readonly inspection: BlobInspection
  readonly close: () => void
}

/** Opens the store in a bucket for an inspection, as it is. */
export function inspectS3Blobs(place: S3Place, limits: S3Limits = s3Limits): InspectedS3Blobs {
  const bucket = new S3Bucket(place, limits)
  const inspection: BlobInspection = {
    installation: () => readOwner(bucket),
    read: async (name, range) => readCopy(bucket, name, range),
    readStored: name => readStored(bucket, name),
    measure: async name => objectSize(bucket, copyFileName(name)),
    keptFiles: () => keptObjects(bucket),
    placeOf: copyFileName,
    temporaryFiles: () => temporaryObjects(bucket),
    quarantineCopy: async (name, quarantine) => {
      const path = copyFileName(name)
      return move(bucket, path, `${quarantineFolder(quarantine)}/${path}`)
    },
    quarantineTemporary: async (name, quarantine) => {
      const path = temporaryPath(name)
      if (temporaryName(path) === undefined) throw new RangeError(`not the name of a temporary object: ${name}`)
      return move(bucket, path, `${quarantineFolder(quarantine)}/${path}`)
    },
  }
  return { inspection, close: () => bucket.close() }
}

/** All objects where copies are kept; other folders, a quarantine for instance, are not looked into. */
async function* keptObjects(bucket: S3Bucket): AsyncGenerator<FoundFiles> {
  for await (const folders of listFolders(bucket))
    for (const organization of folders.filter(folder => organizationForm.test(folder)))
      for await (const page of listObjects(bucket, `${organization}/`)) {
        const found = page.map(({ path }) => copyOf(path)).filter(copy => copy !== 'elsewhere')
        const copies = found.filter(copy => copy !== undefined)
        yield { copies, foreign: found.length - copies.length }
      }
}

/** The copy at this path; nothing when it can be none; `elsewhere` when no copy is looked for there. */
function copyOf(path: string): CopyName | undefined | 'elsewhere' {
  const [organization, folder = '', ...file] = path.split('/')
  if (!/^[0-9a-f]{2}$/.test(folder) || file.length === 0) return 'elsewhere'
  return copyAt(Number(organization), folder, file.join('/'))
}

async function* temporaryObjects(bucket: S3Bucket): AsyncGenerator<readonly TemporaryEntry[]> {
  for await (const page of listObjects(bucket, temporaryPath()))
    yield page.flatMap(({ path, size, changedAt }) => {
      const name = temporaryName(path)
      return name ? [{ name, size, changedAt }] : []
    })
}

function quarantineFolder(name: string): string {
  if (!quarantineForm.test(name)) throw new RangeError(`not the name of a quarantine: ${name}`)
  return `quarantine/${name}`
}

/** Copies first and removes then: interrupted in between, the object lies in both places, and the next repair moves it again. */
async function move(bucket: S3Bucket, from: string, to: string): Promise<boolean> {
  const size = await objectSize(bucket, from)
  if (size === undefined) return false
  await copyObject(bucket, { from, to, size })
  await removeObject(bucket, from)
  return true
}
