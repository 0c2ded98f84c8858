import type { RateFamily } from './route.ts'

/** A number of requests in a period; the period in seconds. */
export interface RateLimit {
  readonly limit: number
  readonly period: number
}

/** What the door for programs can be told. Times are milliseconds, sizes bytes. */
export interface HttpSettings {
  /** How long a deletion can be undone. */
  readonly undoWindow: number
  /** How long a preview can be carried out as a plan. */
  readonly planTtl: number
  /** Most maps of one deletion without force; 0 is no limit. */
  readonly deleteLimit: number
  /** A deletion without a plan is bound to its key's latest preview of the same selection. */
  readonly safeDelete: boolean
  /** Bytes of one file part, after decoding. */
  readonly maxFile: number
  /** The same for dSYM archives. */
  readonly maxArchive: number
  /** A family that is left out is not limited. */
  readonly rateLimits: { readonly [family in RateFamily]?: RateLimit | undefined }
  readonly logLevel: string
  /** Whether everything that would change something is refused. */
  readonly readOnly?: boolean
  /** Proxies whose X-Forwarded-For is believed: addresses, ranges, names of groups. */
  readonly trustProxy?: readonly string[] | undefined
  /** Guards `/metrics` on this listener; without it the path does not exist here. */
  readonly metricsToken?: string | undefined
  /** How long a reader may take nothing of its answer before it is cut; half a minute unless given. */
  readonly readerPatience?: number
}
