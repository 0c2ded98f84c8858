import type { LogLevel } from './plain-values.ts'
import type { RateLimits } from './rate-limits.ts'
import type { BlobsPlace, DatabasePlace, Encryption } from './store-urls.ts'
import type { UploadLimits } from './upload-limits.ts'

/** Everything there is to say of one setting. */
export interface Setting<T> {
  readonly variable: string
  /** Commander's form: the flag and the name of its value. */
  readonly flag?: string
  /** Text that is parsed when nothing is given; `$MAPKEEP_DATA` stands for the folder of that setting. Without it the setting is off. */
  readonly standard?: string
  readonly meaning: string
  readonly allowed: string
  /** Never shown, neither in faults nor in help. */
  readonly secret?: true
  /** A URL, which may hold a password anywhere: of a faulty one only the scheme is shown. */
  readonly url?: true
  /** Throws InvalidValue. */
  readonly parse: (text: string) => T
}

/** The settings of a server, read and checked. Durations are milliseconds, sizes bytes. */
export interface Settings {
  readonly host: string
  readonly port: number
  /** The file of the certificate, with the chain; given together with the key or not at all. */
  readonly tlsCert: string | undefined
  readonly tlsKey: string | undefined
  /** Proxies that are believed whom they forward for. */
  readonly trustProxy: readonly string[] | undefined
  readonly data: string
  readonly database: DatabasePlace
  /** Most connections of this process to Postgres. */
  readonly databaseConnections: number
  readonly blobs: BlobsPlace
  readonly s3Endpoint: string | undefined
  readonly s3Region: string | undefined
  /** Nothing: with an endpoint. */
  readonly s3PathStyle: boolean | undefined
  readonly s3Encryption: Encryption | undefined
  readonly readOnly: boolean
  readonly undoWindow: number
  readonly planTtl: number
  /** Most maps of one deletion; 0 is no limit. */
  readonly deleteLimit: number
  readonly safeDelete: boolean
  /** Nothing: an hour where the catalog may fail over, otherwise none. */
  readonly removalDelay: number | undefined
  /** 0 is never. */
  readonly purgeInterval: number
  readonly maxUpload: UploadLimits
  readonly rateLimit: RateLimits
  /** Nothing: five seconds where several nodes may serve, otherwise none. */
  readonly shutdownNotice: number | undefined
  readonly shutdownGrace: number
  readonly logLevel: LogLevel
  readonly bootstrapApiKey: string | undefined
  readonly bootstrapAppKey: string | undefined
  readonly metricsPort: number | undefined
  readonly metricsToken: string | undefined
}
