import { durationSyntax, parseDuration } from './duration.ts'
import {
  logLevels,
  parseConnections,
  parseCount,
  parseHost,
  parseLogLevel,
  parsePath,
  parsePort,
  parseSecret,
  parseSwitch,
} from './plain-values.ts'
import { parseProxyAddresses, proxyAddressSyntax } from './proxy-addresses.ts'
import { parsePurgeInterval, purgeIntervalSyntax } from './purge-interval.ts'
import { parseRateLimits, rateLimitSyntax } from './rate-limits.ts'
import type { Setting, Settings } from './setting.ts'
import { encryptionSyntax, parseBlobsUrl, parseDatabaseUrl, parseEncryption, parseEndpoint } from './store-urls.ts'
import { parseUploadLimits, uploadLimitSyntax } from './upload-limits.ts'

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
  tlsCert: {
    variable: 'MAPKEEP_TLS_CERT',
    meaning: 'PEM file of the certificate and its chain, with which the port speaks TLS; read again when it changes',
    allowed: 'a path, together with MAPKEEP_TLS_KEY',
    parse: parsePath,
  },
  tlsKey: {
    variable: 'MAPKEEP_TLS_KEY',
    meaning: "PEM file of the certificate's private key, without a passphrase",
    allowed: 'a path, together with MAPKEEP_TLS_CERT',
    parse: parsePath,
  },
  trustProxy: {
    variable: 'MAPKEEP_TRUST_PROXY',
    meaning: 'proxies whose X-Forwarded-For is believed; without it the address of a request is that of its connection',
    allowed: proxyAddressSyntax,
    parse: parseProxyAddresses,
  },
  data: {
    variable: 'MAPKEEP_DATA',
    flag: '--data <folder>',
    standard: './mapkeep-data',
    meaning: 'folder of the embedded stores and of temporary files',
    allowed: 'a path',
    parse: parsePath,
  },
  database: {
    variable: 'MAPKEEP_DATABASE_URL',
    flag: '--database <url>',
    standard: 'sqlite:$MAPKEEP_DATA/catalog.db',
    meaning: 'where the catalog is',
    allowed: 'sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    url: true,
    parse: parseDatabaseUrl,
  },
  databaseConnections: {
    variable: 'MAPKEEP_DATABASE_CONNECTIONS',
    standard: '16',
    meaning: 'most connections of one node to Postgres',
    allowed: 'a whole number from 4 to 1000',
    parse: parseConnections,
  },
  blobs: {
    variable: 'MAPKEEP_BLOBS_URL',
    flag: '--blobs <url>',
    standard: 'file:$MAPKEEP_DATA/blobs',
    meaning: 'where the bytes are',
    allowed: 'file:PATH or s3://BUCKET/PREFIX',
    url: true,
    parse: parseBlobsUrl,
  },
  s3Endpoint: {
    variable: 'MAPKEEP_S3_ENDPOINT',
    meaning: "another S3 server than Amazon's; its keys come by the usual AWS_* variables",
    allowed: 'an http or https URL',
    parse: parseEndpoint,
  },
  s3Region: {
    variable: 'AWS_REGION',
    meaning: 'region of S3, read by the S3 client, too; not set, that of the profile, or us-east-1 where there is an endpoint',
    allowed: 'the name of a region',
    parse: parseHost,
  },
  s3PathStyle: {
    variable: 'MAPKEEP_S3_PATH_STYLE',
    meaning: 'on: the bucket is named in the path of a URL instead of its host name; not set, it is on when there is an endpoint',
    allowed: 'on or off',
    parse: parseSwitch,
  },
  s3Encryption: {
    variable: 'MAPKEEP_S3_ENCRYPTION',
    meaning: "what S3 is asked to encrypt objects with; not set, the bucket's own default holds",
    allowed: encryptionSyntax,
    parse: parseEncryption,
  },
  readOnly: {
    variable: 'MAPKEEP_READ_ONLY',
    standard: 'off',
    meaning: 'on: reads are answered, everything that would change something gets 503, and nothing is purged; for copies and repairs',
    allowed: 'on or off',
    parse: parseSwitch,
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
  removalDelay: {
    variable: 'MAPKEEP_REMOVAL_DELAY',
    meaning:
      'how long bytes that nothing needs any more are kept, longer than a standby of the database may lag; not set, 1h with Postgres, else none',
    allowed: durationSyntax,
    parse: parseDuration,
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
  shutdownNotice: {
    variable: 'MAPKEEP_SHUTDOWN_NOTICE',
    meaning:
      'how long a node that stops goes on answering while /readyz says 503, so that balancers leave it; not set, 5s with Postgres and S3, else none',
    allowed: durationSyntax,
    parse: parseDuration,
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
