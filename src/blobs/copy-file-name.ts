import type { Codec, CopyName } from '../operations/ports/blob-store.ts'
import { codecs } from './codecs.ts'

const digestForm = /^[0-9a-f]{64}$/
const generationForm = /^[A-Za-z0-9_]+$/

const fileForm = /^([0-9a-f]{64})-([A-Za-z0-9_]+)(\.[a-z]+)?$/

/** Where a copy lies below the root of a store, with slashes between; refuses names that could lead anywhere else. */
export function copyFileName(name: CopyName): string {
  const { organization, digest, generation, codec } = name
  if (!Number.isSafeInteger(organization) || organization < 0 || !digestForm.test(digest) || !generationForm.test(generation)) {
    throw new RangeError(`not the name of a copy: ${organization}/${digest}-${generation}`)
  }
  return `${organization}/${digest.slice(0, 2)}/${digest}-${generation}${codecs[codec].extension}`
}

/** The copy that lies at this place, the other way round; nothing when no copy can lie there. */
export function copyAt(organization: number, folder: string, file: string): CopyName | undefined {
  const [, digest, generation, extension = ''] = fileForm.exec(file) ?? []
  const [codec] = (Object.keys(codecs) as Codec[]).filter(name => codecs[name].extension === extension)
  if (!digest || !generation || !codec || !digest.startsWith(folder)) return undefined
  return { organization, digest, generation, codec }
}
