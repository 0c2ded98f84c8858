import { durationSyntax, parseDuration } from './duration.ts'
import {
  type LogLevel,
  logLevels,
  parseCount,
  parseFolder,
  parseHost,
  parseLogLevel,
  parsePort,
  parseSecret,
  parseSwitch,
} from './plain-values.ts'
import { parsePurgeInterval, purgeIntervalSyntax } from './purge-interval.ts'
import { parseRateLimits, type RateLimits, rateLimitSyntax } from './rate-limits.ts'
import { parseBlobsUrl, parseDatabaseUrl } from './store-urls.ts'
import { parseUploadLimits, type UploadLimits, uploadLimitSyntax } from './upload-limits.ts'

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
  readonly data: string
  /** The file of the embedded catalog. */
  readonly database: string
  /** The folder of the blobs. */
  readonly blobs: string
  readonly undoWindow: number
  readonly planTtl: number
  /** Most maps of one deletion; 0 is no limit. */
  readonly deleteLimit: number
  readonly safeDelete: boolean
  /** 0 is never. */
  readonly purgeInterval: number
  readonly maxUpload: UploadLimits
  readonly rateLimit: RateLimits
  readonly shutdownGrace: number
  readonly logLevel: LogLevel
  readonly bootstrapApiKey: string | undefined
  readonly bootstrapAppKey: string | undefined
  readonly metricsPort: number | undefined
  readonly metricsToken: string | undefined
}

const secretSyntax = '1 to 256 visible ASCII characters'

/** The one table of settings: parsing, faults, `serve --help` and the documentation derive from it. */
export const settings: { readonly [name in keyof Settings]: Setting<NonNullable<Settings[name]>> } = {
  host: {
    variable: 'MAPKEEP_HOST',
    flag: '--host <address>',
    standard: '127.0.0.1',
    meaning: 'address to bind',
    allowed: 'a host name or an IP address',
    parse: parseHost,
  },
  port: {
    variable: 'MAPKEEP_PORT',
    flag: '--port <port>',
    standard: '8190',
    meaning: 'port; 0 picks a free one',
    allowed: 'a whole number from 0 to 65535',
    parse: parsePort,
  },
  data: {
    variable: 'MAPKEEP_DATA',
    flag: '--data <folder>',
    standard: './mapkeep-data',
    meaning: 'folder of the embedded stores and of temporary files',
    allowed: 'a path',
    parse: parseFolder,
  },
  database: {
    variable: 'MAPKEEP_DATABASE_URL',
    flag: '--database <url>',
    standard: 'sqlite:$MAPKEEP_DATA/catalog.db',
    meaning: 'where the catalog is',
    allowed: 'sqlite:PATH',
    url: true,
    parse: parseDatabaseUrl,
  },
  blobs: {
    variable: 'MAPKEEP_BLOBS_URL',
    flag: '--blobs <url>',
    standard: 'file:$MAPKEEP_DATA/blobs',
    meaning: 'where the bytes are',
    allowed: 'file:PATH',
    url: true,
    parse: parseBlobsUrl,
  },
  undoWindow: {
    variable: 'MAPKEEP_UNDO_WINDOW',
    standard: '30d',
    meaning: 'how long a deleted map can be restored; the promise is stored with each deletion and never shortened',
    allowed: durationSyntax,
    parse: parseDuration,
  },
  planTtl: {
    variable: 'MAPKEEP_PLAN_TTL',
    standard: '1h',
    meaning: 'how long a preview can be carried out as a plan',
    allowed: durationSyntax,
    parse: parseDuration,
  },
  deleteLimit: {
    variable: 'MAPKEEP_DELETE_LIMIT',
    standard: '0',
    meaning: 'a deletion of more maps than this is refused unless it says force=true and gives a reason; 0 is no limit',
    allowed: 'a whole number from 0',
    parse: parseCount,
  },
  safeDelete: {
    variable: 'MAPKEEP_SAFE_DELETE',
    standard: 'off',
    meaning: "on: a deletion without a plan is bound to the same key's latest preview of the same selection, and refused without one",
    allowed: 'on or off',
    parse: parseSwitch,
  },
  purgeInterval: {
    variable: 'MAPKEEP_PURGE_INTERVAL',
    standard: '1h',
    meaning:
      'how often the server purges deleted maps whose undo window has passed, beginning with its start; off leaves it to mapkeep purge',
    allowed: purgeIntervalSyntax,
    parse: parsePurgeInterval,
  },
  maxUpload: {
    variable: 'MAPKEEP_MAX_UPLOAD',
    standard: '500MB,ios=2GB',
    meaning: 'most bytes of one uploaded file, after decoding; dSYM archives (ios) have their own limit. 1 MB is 1,048,576 bytes',
    allowed: uploadLimitSyntax,
    parse: parseUploadLimits,
  },
  rateLimit: {
    variable: 'MAPKEEP_RATE_LIMIT',
    standard: 'read=6000/60,delete=600/60,upload=off',
    meaning: 'requests / seconds, per key and family; a family left out keeps its default',
    allowed: rateLimitSyntax,
    parse: parseRateLimits,
  },
  shutdownGrace: {
    variable: 'MAPKEEP_SHUTDOWN_GRACE',
    standard: '10s',
    meaning: 'how long a stop waits for requests in flight',
    allowed: durationSyntax,
    parse: parseDuration,
  },
  logLevel: {
    variable: 'MAPKEEP_LOG_LEVEL',
    standard: 'info',
    meaning: 'how much is logged to stderr; logs carry the route pattern, never a query string, a raw URL or a key',
    allowed: `one of ${logLevels.join(', ')}`,
    parse: parseLogLevel,
  },
  bootstrapApiKey: {
    variable: 'MAPKEEP_BOOTSTRAP_API_KEY',
    meaning: 'API key that an empty store starts with, instead of a made one that is printed',
    allowed: secretSyntax,
    secret: true,
    parse: parseSecret,
  },
  bootstrapAppKey: {
    variable: 'MAPKEEP_BOOTSTRAP_APP_KEY',
    meaning: 'application key that an empty store starts with, instead of a made one that is printed',
    allowed: `${secretSyntax}, not the API key`,
    secret: true,
    parse: parseSecret,
  },
  metricsPort: {
    variable: 'MAPKEEP_METRICS_PORT',
    meaning: 'port on 127.0.0.1 that answers GET /metrics; 0 picks a free one, which is logged',
    allowed: 'a whole number from 0 to 65535',
    parse: parsePort,
  },
  metricsToken: {
    variable: 'MAPKEEP_METRICS_TOKEN',
    meaning: 'bearer token with which GET /metrics answers on the main port',
    allowed: secretSyntax,
    secret: true,
    parse: parseSecret,
  },
}

/** The name of a setting in the code. */
export type SettingName = keyof Settings

/** All settings, in the order of the documentation. */
export const settingNames = Object.keys(settings) as SettingName[]

/** The table entry of one setting, whatever its type. */
export function setting(name: SettingName): Setting<unknown> {
  return settings[name]
}
