import path from 'node:path'
import { InvalidValue } from './invalid-value.ts'

/** Where the catalog is. */
export type DatabasePlace =
  | { readonly engine: 'sqlite'; readonly file: string }
  /** The URL may hold a password. */
  | { readonly engine: 'postgres'; readonly url: string }

/** Where the bytes are. */
export type BlobsPlace =
  | { readonly store: 'files'; readonly folder: string }
  /** `prefix`: what all names in the bucket begin with, without slashes around it; it may be empty. */
  | { readonly store: 's3'; readonly bucket: string; readonly prefix: string }

/** The catalog's place from `sqlite:PATH` or `postgres://…`; throws {@link InvalidValue}. */
export function parseDatabaseUrl(text: string): DatabasePlace {
  if (!/^postgres(ql)?:/i.test(text)) return { engine: 'sqlite', file: pathAfter('sqlite:', text) }
  const url = URL.canParse(text) ? new URL(text) : undefined
  // A socket is named among the parameters, and then there is no host
  if (!url || url.pathname.length < 2 || !(url.host || url.searchParams.has('host'))) throw new InvalidValue()
  return { engine: 'postgres', url: text }
}

/** The blobs' place from `file:PATH` or `s3://BUCKET/PREFIX`; throws {@link InvalidValue}. */
export function parseBlobsUrl(text: string): BlobsPlace {
  if (!/^s3:/i.test(text)) return { store: 'files', folder: pathAfter('file:', text) }
  const { bucket, prefix = '' } = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>[^?#]*))?$/i.exec(text)?.groups ?? {}
  const names = prefix.split('/').filter(name => name !== '')
  if (!bucket || names.some(name => name === '.' || name === '..' || /\p{Cc}/u.test(name))) throw new InvalidValue()
  return { store: 's3', bucket, prefix: names.join('/') }
}

/** The URL of an S3 server; throws {@link InvalidValue}. */
export function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) throw new InvalidValue()
  return text
}

/** How objects are encrypted, in S3's words; after the last colon the name of a key. */
export type Encryption = 'AES256' | 'aws:kms' | `aws:kms:${string}`

/** What {@link parseEncryption} takes. */
export const encryptionSyntax = 'AES256, aws:kms or aws:kms:KEY'

/** What S3 is asked to encrypt with; throws {@link InvalidValue}. */
export function parseEncryption(text: string): Encryption {
  if (text === 'AES256' || text === 'aws:kms' || /^aws:kms:[\x21-\x7e]{1,2048}$/.test(text)) return text as Encryption
  throw new InvalidValue()
}

/** A place in the words of its setting, without what is secret. */
export function placeText(place: DatabasePlace | BlobsPlace): string {
  if ('file' in place) return place.file
  if ('folder' in place) return place.folder
  if ('bucket' in place) return `s3://${[place.bucket, place.prefix].filter(Boolean).join('/')}`
  const { host, pathname } = new URL(place.url)
  return `postgres://${host}${pathname}`
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
