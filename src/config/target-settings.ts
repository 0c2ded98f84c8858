import path from 'node:path'
import { parseSwitch } from './plain-values.ts'
import { parseSetting, SettingsFault } from './read-settings.ts'
import type { Setting, Settings } from './setting.ts'
import { encryptionSyntax, parseBlobsUrl, parseDatabaseUrl, parseEncryption, parseEndpoint } from './store-urls.ts'

/** The settings that say where an installation is copied to. */
export type TargetSettings = Pick<Settings, 'database' | 'blobs' | 's3Endpoint' | 's3PathStyle' | 's3Encryption'>

/** The name of one of them. */
export type TargetName = keyof TargetSettings

/** Values of flags, by the name of the setting. */
export type TargetFlags = { readonly [name in TargetName]?: string | undefined }

/** The table of these settings: variables, flags, faults and help derive from it. */
export const targetSettings: { readonly [name in TargetName]: Setting<NonNullable<Settings[name]>> } = {
  database: {
    variable: 'MAPKEEP_TO_DATABASE_URL',
    flag: '--to-database <url>',
    meaning: 'where the rows go; other users of this machine can read command lines, so a password belongs into the variable',
    allowed: 'sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE',
    url: true,
    parse: parseDatabaseUrl,
  },
  blobs: {
    variable: 'MAPKEEP_TO_BLOBS_URL',
    flag: '--to-blobs <url>',
    meaning: 'where the bytes go',
    allowed: 'file:PATH or s3://BUCKET/PREFIX',
    url: true,
    parse: parseBlobsUrl,
  },
  s3Endpoint: {
    variable: 'MAPKEEP_TO_S3_ENDPOINT',
    flag: '--to-s3-endpoint <url>',
    meaning: 'the S3 server that the bytes go to; without it that of MAPKEEP_S3_ENDPOINT',
    allowed: 'an http or https URL',
    parse: parseEndpoint,
  },
  s3PathStyle: {
    variable: 'MAPKEEP_TO_S3_PATH_STYLE',
    meaning: 'MAPKEEP_S3_PATH_STYLE of that server',
    allowed: 'on or off',
    parse: parseSwitch,
  },
  s3Encryption: {
    variable: 'MAPKEEP_TO_S3_ENCRYPTION',
    meaning: 'MAPKEEP_S3_ENCRYPTION of that server',
    allowed: encryptionSyntax,
    parse: parseEncryption,
  },
}

/** All of them, in the order of the documentation. */
export const targetNames = Object.keys(targetSettings) as TargetName[]

/**
 * The settings of the stores that an installation is copied to, from flags and environment. What is not said of S3 is as it is for the
 * source. Throws {@link SettingsFault}.
 */
export function readTarget(environment: NodeJS.ProcessEnv, flags: TargetFlags, source: Settings): Settings {
  const faults: string[] = []
  const read = (name: TargetName): unknown => {
    const entry: Setting<unknown> = targetSettings[name]
    const text = flags[name] ?? (environment[entry.variable] || undefined)
    if (text !== undefined) return parseSetting(entry, text, faults)
    if (name === 'database' || name === 'blobs')
      faults.push(`${entry.variable} (${entry.flag?.split(' ')[0]}): it is not set; allowed is ${entry.allowed}`)
    return undefined
  }
  const found = Object.fromEntries(targetNames.map(name => [name, read(name)])) as unknown as TargetSettings
  if (faults.length > 0) throw new SettingsFault(faults)
  const own = found.s3Endpoint !== undefined
  return {
    ...source,
    ...found,
    s3Endpoint: found.s3Endpoint ?? source.s3Endpoint,
    s3PathStyle: found.s3PathStyle ?? (own ? undefined : source.s3PathStyle),
    s3Encryption: found.s3Encryption ?? (own ? undefined : source.s3Encryption),
    data: dataOf(found, source),
  }
}

/** The folder of the stores as far as they are files: the source's own may be in use by its server. */
function dataOf({ database, blobs }: TargetSettings, source: Settings): string {
  if (database.engine === 'sqlite') return path.dirname(database.file)
  return blobs.store === 'files' ? blobs.folder : source.data
}
