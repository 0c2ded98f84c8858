import { join } from 'node:path'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import { codecs } from '../codecs.ts'

const digestForm = /^[0-9a-f]{64}$/
const generationForm = /^[A-Za-z0-9_]+$/

/** Where a copy lies; refuses names that could lead anywhere else. */
export function copyPath(root: string, name: CopyName): string {
  const { organization, digest, generation, codec } = name
  if (!Number.isSafeInteger(organization) || organization < 0 || !digestForm.test(digest) || !generationForm.test(generation)) {
    throw new RangeError(`not the name of a copy: ${organization}/${digest}-${generation}`)
  }
  return join(root, String(organization), digest.slice(0, 2), `${digest}-${generation}${codecs[codec].extension}`)
}
