import { parseSize } from './byte-size.ts'
import { InvalidValue } from './invalid-value.ts'

/** Most bytes of one file part after decoding: of a plain file, and of an archive of symbols (ios). */
export interface UploadLimits {
  readonly file: number
  readonly archive: number
}

/** How upload limits are written, for people. */
export const uploadLimitSyntax = 'a size such as 500MB, another one for ios dSYM archives as ios=2GB, or both with a comma'

const standard: UploadLimits = { file: parseSize('500MB'), archive: parseSize('2GB') }

/** Limits such as `500MB` or `500MB,ios=2GB`; one left out keeps its default. Throws {@link InvalidValue}. */
export function parseUploadLimits(text: string): UploadLimits {
  const entries = text.split(',').map(each => parseEntry(each.trim()))
  if (new Set(entries.map(([name]) => name)).size < entries.length) throw new InvalidValue('the same limit is named twice')
  return { ...standard, ...Object.fromEntries(entries) }
}

function parseEntry(text: string): [name: keyof UploadLimits, bytes: number] {
  const [name, size] = text.startsWith('ios=') ? (['archive', text.slice(4)] as const) : (['file', text] as const)
  const bytes = parseSize(size)
  if (bytes === 0) throw new InvalidValue('an upload has at least one byte')
  return [name, bytes]
}
