import type { Readable } from 'node:stream'

/** An upload as it comes from the network: header names in lower case, the body still content-encoded. */
export interface UploadRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
}
