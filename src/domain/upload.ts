import type { Attributes } from './fields.ts'
import type { Kind } from './kinds.ts'
import type { Repository } from './repository.ts'

/** One file of an upload, its bytes already received. `digest`: SHA-256 of the bytes as uploaded, in lower-case hex. */
export interface UploadedFile {
  readonly part: string
  readonly fileName: string | undefined
  readonly digest: string
  /** Bytes, after content decoding. */
  readonly size: number
}

/** Everything the catalog has to remember of one upload. */
export interface Upload {
  readonly organization: number
  readonly kind: Kind
  readonly attributes: Attributes
  /** Hash of what makes two uploads the same map. */
  readonly identity: string
  /** Hash of the digests of all files: equal when every byte is. */
  readonly content: string
  /** Bytes of the map itself, without the files beside it. */
  readonly size: number
  readonly overwrite: boolean
  readonly files: readonly UploadedFile[]
  /** The event as sent, as JSON text. */
  readonly event: string
  readonly repository: Repository | undefined
  /** Id of the API key that uploaded it. */
  readonly uploader: string
  /** Network address it came from, if it came by network. */
  readonly address: string | undefined
}
