import { InvalidValue } from './invalid-value.ts'
import type { Setting, Settings } from './setting.ts'
import { type SettingName, setting, settingNames, settings } from './settings.ts'

/** Values of flags, by the name of the setting. */
export type Flags = { readonly [name in SettingName]?: string | undefined }

/** Every setting that cannot be used, each as one line. */
export class SettingsFault extends Error {
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.name = 'SettingsFault'
    this.lines = lines
  }
}

const notShown = 'its value (not shown)'

/** Variables of other commands, which a server may find in its environment, too. */
const otherVariables = /^MAPKEEP_(URL|TO_(DATABASE_URL|BLOBS_URL|S3_ENDPOINT|S3_PATH_STYLE|S3_ENCRYPTION))$/

/** The settings that flags, environment and defaults give, in this order; an empty variable counts as not set. Throws {@link SettingsFault}. */
export function readSettings(environment: NodeJS.ProcessEnv, flags: Flags = {}): Settings {
  const faults: string[] = []
  const read = (name: SettingName, data: unknown): unknown => {
    const entry = setting(name)
    const text = flags[name] ?? (environment[entry.variable] || standardOf(entry, data))
    return text === undefined ? undefined : parseSetting(entry, text, faults)
  }
  // A faulty folder is reported once; what lies in it is then checked as if the folder were the default
  const data = read('data', undefined) ?? settings.data.parse(settings.data.standard ?? '.')
  const values = settingNames.map(name => [name, name === 'data' ? data : read(name, data)] as const)
  const found = Object.fromEntries(values) as unknown as Settings
  faults.push(...faultsBetween(found))
  if (faults.length > 0) throw new SettingsFault(faults)
  return found
}

/** Variables that look like settings and are none: probably misspelt. */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = new Set(settingNames.map(name => setting(name).variable))
  return Object.keys(environment)
    .filter(name => /^MAPKEEP_/i.test(name) && !known.has(name) && !otherVariables.test(name))
    .sort()
}

function standardOf({ standard }: Setting<unknown>, data: unknown): string | undefined {
  // As a function, since a folder's name may contain `$&`
  return standard?.replace('$MAPKEEP_DATA', () => String(data))
}

/** The value of one setting; nothing when its text cannot be used, and then there is one fault more. */
export function parseSetting(entry: Setting<unknown>, text: string, faults: string[]): unknown {
  try {
    return entry.parse(text)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    faults.push(describe(entry, text, error.message))
    return undefined
  }
}

/** Faults of values that are allowed, though not together. */
function faultsBetween(found: Settings): string[] {
  return [...sameKeys(found), ...halfPair(found)]
}

function sameKeys({ bootstrapApiKey, bootstrapAppKey }: Settings): string[] {
  if (bootstrapApiKey === undefined || bootstrapApiKey !== bootstrapAppKey) return []
  const [api, application] = [settings.bootstrapApiKey.variable, settings.bootstrapAppKey.variable]
  return [`${application}: ${notShown} is that of ${api}; allowed is a key of its own`]
}

function halfPair({ tlsCert, tlsKey }: Settings): string[] {
  if ((tlsCert === undefined) === (tlsKey === undefined)) return []
  const [given, missing] = tlsKey === undefined ? [settings.tlsCert, settings.tlsKey] : [settings.tlsKey, settings.tlsCert]
  return [`${missing.variable} is not set, and ${given.variable} is; allowed is both, which is TLS, or neither`]
}

/** What may be shown of a URL: something without slashes need not be a scheme, it may be a user before a password. */
function schemeOf(text: string): string {
  const scheme = /^(?:[a-z][a-z0-9+.-]*:(?=\/\/)|(?:sqlite|file):)/i.exec(text)?.[0]
  return scheme ? `"${scheme}…"` : notShown
}

function describe({ variable, flag, secret, url, allowed }: Setting<unknown>, text: string, more: string): string {
  const name = flag ? `${variable} (${flag.split(' ')[0]})` : variable
  const value = secret ? notShown : url ? schemeOf(text) : JSON.stringify(text)
  return `${name}: ${value} is not allowed${more ? `, ${more}` : ''}; allowed is ${allowed}`
}
