import type { BlobStore } from '../operations/ports/blob-store.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import type { MapReader } from '../operations/ports/map-reader.ts'
import type { WhileWanted } from '../operations/ports/while-wanted.ts'
import type { Metrics } from './metrics.ts'
import type { HttpSettings } from './settings.ts'
import type { TlsPair } from './tls/tls-pair.ts'
import type { Tracing } from './tracing.ts'

/** Everything the door stands on. */
export interface Parts {
  readonly catalog: Catalog
  readonly blobs: BlobStore
  readonly mapReader: MapReader
  /** Milliseconds since 1970. */
  readonly clock: () => number
  readonly settings: HttpSettings
  /** The listener speaks TLS with it; plain HTTP unless given. */
  readonly tls?: TlsPair | undefined
  /** Whether other servers answer for the same stores, so that limits are counted together. */
  readonly shared?: boolean
  /** With what reads are given up when the client goes away; without it they run to their end. */
  readonly whileWanted?: WhileWanted | undefined
  /** Aborted when the server is about to stop, so that it is not ready any more. */
  readonly stopping?: AbortSignal
  readonly version: string
  readonly metrics: Metrics
  /** Without it requests leave no traces. */
  readonly tracing?: Tracing | undefined
  /** Where log lines go; standard error unless given. */
  readonly logStream?: { write(line: string): void }
}
