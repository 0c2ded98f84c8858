import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readSettings, SettingsFault, unknownVariables } from './read-settings.ts'
import { setting, settingNames } from './settings.ts'
import { settingsHelp, settingsTable } from './settings-table.ts'

const faultsOf = (...args: Parameters<typeof readSettings>): readonly string[] => {
  try {
    readSettings(...args)
    return []
  } catch (error) {
    assert.ok(error instanceof SettingsFault)
    return error.lines
  }
}

describe('settings', () => {
  test('have the documented defaults', () => {
    const here = process.cwd()
    assert.deepEqual(readSettings({}), {
      host: '127.0.0.1',
      port: 8190,
      tlsCert: undefined,
      tlsKey: undefined,
      trustProxy: undefined,
      data: `${here}/mapkeep-data`,
      database: { engine: 'sqlite', file: `${here}/mapkeep-data/catalog.db` },
      databaseConnections: 16,
      blobs: { store: 'files', folder: `${here}/mapkeep-data/blobs` },
      s3Endpoint: undefined,
      s3Region: undefined,
      s3PathStyle: undefined,
      s3Encryption: undefined,
      readOnly: false,
      undoWindow: 30 * 86_400_000,
      planTtl: 3_600_000,
      deleteLimit: 0,
      safeDelete: false,
      purgeInterval: 3_600_000,
      removalDelay: undefined,
      maxUpload: { file: 500 * 1024 ** 2, archive: 2 * 1024 ** 3 },
      rateLimit: { read: { requests: 6000, seconds: 60 }, delete: { requests: 600, seconds: 60 }, upload: undefined },
      shutdownNotice: undefined,
      shutdownGrace: 10_000,
      logLevel: 'info',
      bootstrapApiKey: undefined,
      bootstrapAppKey: undefined,
      metricsPort: undefined,
      metricsToken: undefined,
    })
  })

  test('of deletion are read as they are meant, and refused otherwise', () => {
    const given = { MAPKEEP_PLAN_TTL: '5m', MAPKEEP_DELETE_LIMIT: '500', MAPKEEP_SAFE_DELETE: 'on', MAPKEEP_PURGE_INTERVAL: 'off' }
    const { planTtl, deleteLimit, safeDelete, purgeInterval } = readSettings(given)
    assert.deepEqual([planTtl, deleteLimit, safeDelete, purgeInterval], [300_000, 500, true, 0])
    for (const [variable, value] of [
      ['MAPKEEP_PLAN_TTL', '5'],
      ['MAPKEEP_DELETE_LIMIT', '-1'],
      ['MAPKEEP_DELETE_LIMIT', '1e3'],
      ['MAPKEEP_SAFE_DELETE', 'true'],
      ['MAPKEEP_PURGE_INTERVAL', 'never'],
    ] as const)
      assert.throws(() => readSettings({ [variable]: value }), new RegExp(`^SettingsFault.*${variable}`, 's'), `${variable}=${value}`)
  })

  test('come from a flag before the environment before the default', () => {
    const environment = { MAPKEEP_PORT: '1', MAPKEEP_HOST: '::1' }
    const { port, host } = readSettings(environment, { port: '2' })
    assert.deepEqual([port, host], [2, '::1'])
  })

  test('count as not set when the variable is empty', () => {
    assert.equal(readSettings({ MAPKEEP_PORT: '' }).port, 8190)
    assert.equal(readSettings({ MAPKEEP_METRICS_TOKEN: '' }).metricsToken, undefined)
  })

  test('follow the data folder, even when its name looks like a pattern', () => {
    const { database, blobs } = readSettings({ MAPKEEP_DATA: '/srv/$&' })
    assert.deepEqual(database, { engine: 'sqlite', file: '/srv/$&/catalog.db' })
    assert.deepEqual(blobs, { store: 'files', folder: '/srv/$&/blobs' })
  })
})

describe('faults of settings', () => {
  test('are all reported at once, each naming the variable, the value and what is allowed', () => {
    const environment = Object.fromEntries(settingNames.map(name => [setting(name).variable, '\0 no']))
    const lines = faultsOf(environment)
    assert.equal(lines.length, settingNames.length)
    for (const name of settingNames) {
      const { variable, allowed, secret, url } = setting(name)
      const line = lines.find(each => each.startsWith(variable)) ?? ''
      assert.ok(line.includes(allowed), line)
      assert.equal(line.includes('no"'), !secret && !url, line)
    }
  })

  test('name the flag beside the variable', () => {
    assert.deepEqual(faultsOf({}, { port: '99999' }), [
      'MAPKEEP_PORT (--port): "99999" is not allowed; allowed is a whole number from 0 to 65535',
    ])
  })

  test('never show a secret, nor a password within an address', () => {
    const text = faultsOf({ MAPKEEP_BOOTSTRAP_API_KEY: 'hush hush', MAPKEEP_DATABASE_URL: 'postgres://me:hush@db' }).join('\n')
    assert.doesNotMatch(text, /hush/)
    assert.match(text, /MAPKEEP_DATABASE_URL .*"postgres:…" is not allowed/)
  })

  test('show of an address of a store only the scheme, wherever a password may be in it', () => {
    const addresses = {
      'postgres://h?user=u&password=hush': '"postgres:…"',
      'postgres://u:hu/hush@h/db': '"postgres:…"',
      'sqlite://u:hush@h/db': '"sqlite:…"',
      'u:hush@h/db': 'its value (not shown)',
      'hush:x': 'its value (not shown)',
    }
    for (const [address, shown] of Object.entries(addresses))
      for (const variable of ['MAPKEEP_DATABASE_URL', 'MAPKEEP_BLOBS_URL']) {
        const [line = ''] = faultsOf({ [variable]: address })
        assert.doesNotMatch(line, /hush|hu\//)
        assert.ok(line.includes(`: ${shown} is not allowed`), line)
      }
  })

  test('refuse one secret for both of the first keys, without showing it', () => {
    const same = { MAPKEEP_BOOTSTRAP_API_KEY: 'hush', MAPKEEP_BOOTSTRAP_APP_KEY: 'hush' }
    const [line = '', ...more] = faultsOf(same)
    assert.match(line, /^MAPKEEP_BOOTSTRAP_APP_KEY: .* that of MAPKEEP_BOOTSTRAP_API_KEY/)
    assert.deepEqual(more, [])
    assert.doesNotMatch(line, /hush/)
    assert.deepEqual(faultsOf({ ...same, MAPKEEP_BOOTSTRAP_APP_KEY: 'hush2' }), [])
  })

  test('want a certificate and its key, or neither', () => {
    assert.deepEqual(faultsOf({ MAPKEEP_TLS_CERT: '/c.pem' }), [
      'MAPKEEP_TLS_KEY is not set, and MAPKEEP_TLS_CERT is; allowed is both, which is TLS, or neither',
    ])
    assert.match(faultsOf({ MAPKEEP_TLS_KEY: '/k.pem' })[0] ?? '', /^MAPKEEP_TLS_CERT is not set, and MAPKEEP_TLS_KEY is/)
    assert.deepEqual(faultsOf({ MAPKEEP_TLS_CERT: '/c.pem', MAPKEEP_TLS_KEY: '/k.pem' }), [])
  })

  test('an empty flag is a fault, not a default', () => {
    assert.equal(faultsOf({}, { port: '' }).length, 1)
  })
})

test('a variable that looks like a setting and is none is noticed', () => {
  const environment = { MAPKEEP_PROT: '1', mapkeep_port: '2', MAPKEEP_PORT: '3', MAPKEEP_URL: 'http://x', PATH: '' }
  assert.deepEqual(unknownVariables(environment), ['MAPKEEP_PROT', 'mapkeep_port'])
})

describe('the texts about settings', () => {
  test('the documentation has one row per setting', () => {
    const rows = settingsTable().trimEnd().split('\n').slice(2)
    assert.equal(rows.length, settingNames.length)
    for (const row of rows) assert.equal(row.split(/(?<!\\)\|/).length, 7, row)
  })

  test('the help names every setting', () => {
    for (const name of settingNames) assert.ok(settingsHelp().includes(setting(name).variable))
  })

  test('every default is a value that is allowed', () => {
    for (const name of settingNames) {
      const { standard, parse } = setting(name)
      if (standard !== undefined) assert.doesNotThrow(() => parse(standard), name)
    }
  })
})
