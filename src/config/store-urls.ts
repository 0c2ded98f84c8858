import path from 'node:path'
import { InvalidValue } from './invalid-value.ts'

/** The file of an embedded catalog, from `sqlite:PATH`; throws {@link InvalidValue}. */
export function parseDatabaseUrl(text: string): string {
  if (/^postgres(ql)?:/i.test(text)) throw new InvalidValue('this version does not support Postgres')
  return pathAfter('sqlite:', text)
}

/** The folder of blobs kept as files, from `file:PATH`; throws {@link InvalidValue}. */
export function parseBlobsUrl(text: string): string {
  if (/^s3:/i.test(text)) throw new InvalidValue('this version does not support S3')
  return pathAfter('file:', text)
}

function pathAfter(scheme: string, text: string): string {
  if (!text.startsWith(scheme)) throw new InvalidValue()
  // Both `file:///var/lib/x` and `file:var/x` are in use; what follows the scheme is a path as written, not percent-encoded
  const place = text.slice(scheme.length).replace(/^\/\/(?=\/)/, '')
  // Names that the program keeps for locks and the like
  if (path.basename(place).startsWith('.mapkeep-')) throw new InvalidValue('names that begin with .mapkeep- are taken')
  if (place === '' || place.startsWith('//') || place.includes('\0')) throw new InvalidValue()
  return path.resolve(place)
}
