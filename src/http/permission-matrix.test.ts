import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Permission, permissionNames } from '../domain/permissions.ts'
import { createKey, revokeKey } from '../operations/keys.ts'
import type { KeyType } from '../operations/ports/key-catalog.ts'
import { allRoutes } from './all-routes.ts'
import { openRig, type Rig } from './rig.fixture.ts'
import type { Route } from './route.ts'

/**
 * What a request must bring. `nothing`; `token`: that of the metrics; `upload`: an API key alone, refused with 403; `keys`: the keys of one
 * organization, whatever they may; or a permission of the application key beside that.
 */
type Need = 'nothing' | 'token' | 'upload' | 'keys' | Permission

/** Written by hand and by heart, not taken from the routes: a route that forgets its permission, and a route without a line here, are found. */
const needs: Readonly<Record<string, Need>> = {
  'DELETE /api/v2/sourcemaps': 'rum_delete_data',
  'PATCH /api/v2/sourcemaps/restore': 'rum_delete_data',
  'GET /api/v2/sourcemaps/list': 'rum_apps_read',
  'GET /api/v2/sourcemaps': 'rum_apps_read',
  'POST /api/v2/sourcemaps/service_repository_info': 'rum_apps_read',
  'POST /api/v2/srcmap': 'upload',
  'POST /v1/input': 'upload',
  'POST /': 'upload',
  'POST /api/v2/sourcemaps/check_exists': 'upload',
  'POST /api/v2/profiles/symbols/query': 'rum_apps_read',
  'POST /api/v1/series': 'nothing',
  'POST /api/v2/series': 'nothing',
  'GET /api/v1/validate': 'upload',
  'GET /api/v2/validate': 'upload',
  'GET /api/v2/validate_keys': 'keys',
  'GET /api/mapkeep/v1/sourcemaps': 'rum_apps_read',
  'DELETE /api/mapkeep/v1/sourcemaps': 'rum_delete_data',
  'PATCH /api/mapkeep/v1/sourcemaps/restore': 'rum_delete_data',
  'GET /api/mapkeep/v1/sourcemaps/:id': 'rum_apps_read',
  'GET /api/mapkeep/v1/sourcemaps/:id/files/:part': 'rum_apps_read',
  'GET /api/mapkeep/v1/deleted': 'rum_apps_read',
  'GET /api/mapkeep/v1/operations': 'rum_apps_read',
  'GET /api/mapkeep/v1/operations/:id': 'rum_apps_read',
  'POST /api/mapkeep/v1/operations/:id/undo': 'rum_delete_data',
  'GET /api/mapkeep/v1/holds': 'mapkeep_admin',
  'POST /api/mapkeep/v1/holds': 'mapkeep_admin',
  'DELETE /api/mapkeep/v1/holds/:id': 'mapkeep_admin',
  'GET /api/mapkeep/v1/usage': 'rum_apps_read',
  'GET /api/mapkeep/v1/audit': 'mapkeep_admin',
  'GET /api/mapkeep/v1/keys': 'mapkeep_admin',
  'POST /api/mapkeep/v1/keys': 'mapkeep_admin',
  'DELETE /api/mapkeep/v1/keys/:id': 'mapkeep_admin',
  'GET /healthz': 'nothing',
  'GET /readyz': 'nothing',
  'GET /metrics': 'token',
  'GET /openapi.json': 'nothing',
  'GET /docs': 'nothing',
  'GET /docs/:file': 'nothing',
}

/** A way to send keys, and what they are worth. */
interface Credentials {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  /** Pairs of the query that look like keys. */
  readonly query?: string
  /** Whether an API key is worth an upload. */
  readonly uploads?: true
  /** What an application key that is valid in its place carries. */
  readonly may?: readonly Permission[]
  readonly token?: true
}

const nameOf = ({ method, path }: Route) => `${method} ${path}`

describe('who is let in where', () => {
  let rig: Rig
  let all: readonly Credentials[]
  before(async () => {
    rig = await openRig({ metricsToken: 'token-of-the-scraper' })
    all = await everyCredentials(rig)
  })
  after(() => rig.close())

  test('is written down for every endpoint there is and for no other', () => {
    assert.deepEqual(allRoutes.map(nameOf).toSorted(), Object.keys(needs).toSorted())
  })

  test('is what the routes declare', () => {
    const declared = allRoutes.map(route => [nameOf(route), declaredNeed(route)])
    assert.deepEqual(Object.fromEntries(declared), needs)
  })

  test('is tried with all that could be sent', () => {
    // Every set of permissions, in three ways
    assert.ok(all.filter(each => each.may && !each.name.includes('instead')).length >= 3 * 2 ** permissionNames.length)
    assert.equal(new Set(all.map(each => each.name)).size, all.length)
  })

  for (const route of allRoutes) {
    const need = needs[nameOf(route)] ?? 'nothing'
    test(`${nameOf(route)} needs ${need}`, async () => {
      const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]
      for (const credentials of all)
        for (const method of methods) {
          const status = await ask(rig, route, { method, credentials })
          assert.equal(outcome(status), expected(need, credentials), `${method} with ${credentials.name}: ${status}`)
        }
    })
  }

  test('is the same below any base path where uploaders may have one', async () => {
    for (const credentials of all) {
      const { status } = await rig.ask('/some/base/api/v2/srcmap', { method: 'POST', headers: credentials.headers })
      assert.equal(outcome(status), expected('upload', credentials), credentials.name)
    }
  })
})

function declaredNeed(route: Route): Need {
  if (route.credentials !== 'none') return route.permission ?? route.credentials
  return route.path === '/metrics' ? 'token' : 'nothing'
}

/** 'in', or the status of a refusal at the door. */
function expected(need: Need, { uploads, may, token }: Credentials): 'in' | 401 | 403 {
  if (need === 'nothing') return 'in'
  if (need === 'token') return token ? 'in' : 401
  if (need === 'upload') return uploads ? 'in' : 403
  if (!may) return 401
  return need === 'keys' || may.includes(need) ? 'in' : 403
}

function outcome(status: number): 'in' | 401 | 403 {
  if (status === 401 || status === 403) return status
  assert.ok(status < 500, String(status))
  return 'in'
}

/** Asks for something that changes nothing even for who is let in. */
async function ask(rig: Rig, route: Route, { method, credentials }: { method: string; credentials: Credentials }): Promise<number> {
  const target = route.path.replace(':id', 'none').replace(':part', 'source_map').replace(':file', 'page.css')
  const body = route.method === 'POST' && !route.path.endsWith('/undo') ? { body: '{}' } : {}
  return (await rig.ask(`${target}${credentials.query ?? ''}`, { method, headers: credentials.headers, ...body })).status
}

async function everyCredentials(rig: Rig): Promise<readonly Credentials[]> {
  const api = rig.apiKey
  const full = await rig.makeKey('application', permissionNames)
  const foreign = { api: await rig.makeKey('api', [], 'other'), app: await rig.makeKey('application', permissionNames, 'other') }
  const ended = {
    revokedApi: await endedKey(rig, 'api', 'revoked'),
    revokedApp: await endedKey(rig, 'application', 'revoked'),
    expiredApi: await endedKey(rig, 'api', 'expired'),
    expiredApp: await endedKey(rig, 'application', 'expired'),
  }
  return [...(await permitted(rig, api)), ...wrong({ api, full, foreign, ...ended }), ...elsewhere({ api, full, foreign })]
}

/** Valid keys with every set of permissions, in each way in which they may be sent. */
async function permitted(rig: Rig, api: string): Promise<readonly Credentials[]> {
  const sets = Array.from({ length: 2 ** permissionNames.length }, (_, bits) => permissionNames.filter((_name, at) => bits & (1 << at)))
  const made = sets.map(async (may): Promise<Credentials[]> => {
    const app = await rig.makeKey('application', may)
    const what = `(${may.join(' ')})`
    return [
      { name: `both keys ${what}`, headers: { 'dd-api-key': api, 'dd-application-key': app }, uploads: true, may },
      { name: `a bearer ${what}`, headers: { authorization: `Bearer ${app}` }, may },
      { name: `an API key and a bearer ${what}`, headers: { 'dd-api-key': api, authorization: `bearer ${app}` }, uploads: true, may },
    ]
  })
  return (await Promise.all(made)).flat()
}

type Secrets = Readonly<Record<'api' | 'full' | 'revokedApi' | 'revokedApp' | 'expiredApi' | 'expiredApp', string>> & {
  readonly foreign: Readonly<Record<'api' | 'app', string>>
}

/** Keys in their places, of which one is missing, unknown, ended or somebody else's. */
function wrong({ api, full, foreign, revokedApi, revokedApp, expiredApi, expiredApp }: Secrets): readonly Credentials[] {
  const pair = (apiKey: string, appKey: string) => ({ 'dd-api-key': apiKey, 'dd-application-key': appKey })
  const bearer = (appKey: string) => ({ authorization: `Bearer ${appKey}` })
  return [
    { name: 'nothing', headers: {} },
    { name: 'empty keys', headers: pair('', '') },
    { name: 'an API key alone', headers: { 'dd-api-key': api }, uploads: true },
    { name: 'an unknown API key', headers: { 'dd-api-key': 'mka_nobody' } },
    { name: 'a revoked API key', headers: { 'dd-api-key': revokedApi } },
    { name: 'an expired API key', headers: { 'dd-api-key': expiredApi } },
    { name: 'an application key alone in its header', headers: { 'dd-application-key': full } },
    { name: 'an unknown API key and an application key', headers: pair('mka_nobody', full) },
    { name: 'a revoked API key and an application key', headers: pair(revokedApi, full) },
    { name: 'an expired API key and an application key', headers: pair(expiredApi, full) },
    { name: 'an unknown API key and a bearer', headers: { 'dd-api-key': 'mka_nobody', ...bearer(full) } },
    { name: 'a revoked API key and a bearer', headers: { 'dd-api-key': revokedApi, ...bearer(full) } },
    { name: 'an unknown application key', headers: pair(api, 'mkp_nobody'), uploads: true },
    { name: 'a revoked application key', headers: pair(api, revokedApp), uploads: true },
    { name: 'an expired application key', headers: pair(api, expiredApp), uploads: true },
    { name: 'an unknown bearer', headers: bearer('mkp_nobody') },
    { name: 'a revoked bearer', headers: bearer(revokedApp) },
    { name: 'an expired bearer', headers: bearer(expiredApp) },
    { name: 'an application key of another organization', headers: pair(api, foreign.app), uploads: true },
    { name: 'an API key of another organization', headers: pair(foreign.api, full), uploads: true },
    { name: 'an API key and a bearer of another organization', headers: { 'dd-api-key': api, ...bearer(foreign.app) }, uploads: true },
    {
      name: 'both keys, and a bearer of another organization',
      headers: { ...pair(api, full), ...bearer(foreign.app) },
      uploads: true,
      may: permissionNames,
    },
    { name: 'a wrong application key and a good bearer', headers: { ...pair(api, 'mkp_nobody'), ...bearer(full) }, uploads: true },
    { name: 'the token of the metrics', headers: bearer('token-of-the-scraper'), token: true },
    { name: 'the token of the metrics as keys', headers: pair('token-of-the-scraper', 'token-of-the-scraper') },
  ]
}

/** Good keys in places where none is looked for. */
function elsewhere({ api, full, foreign }: Pick<Secrets, 'api' | 'full' | 'foreign'>): readonly Credentials[] {
  const query = `?api_key=${api}&application_key=${full}&dd-api-key=${api}`
  return [
    { name: 'the keys in each other’s place', headers: { 'dd-api-key': full, 'dd-application-key': api } },
    { name: 'an API key instead of the application key', headers: { 'dd-api-key': api, 'dd-application-key': api }, uploads: true },
    { name: 'an application key instead of the API key', headers: { 'dd-api-key': full, 'dd-application-key': full } },
    { name: 'an API key as the bearer', headers: { authorization: `Bearer ${api}` } },
    { name: 'keys in the query', headers: {}, query },
    { name: 'keys in a cookie', headers: { cookie: `dd-api-key=${api}; dd-application-key=${full}` } },
    { name: 'keys as a name and a password', headers: { authorization: `Basic ${btoa(`${api}:${full}`)}` } },
    { name: 'a bearer without its scheme', headers: { authorization: full } },
    { name: 'two bearers', headers: { authorization: `Bearer ${full} ${foreign.app}` } },
    { name: 'two API keys', headers: { 'dd-api-key': `${api}, ${foreign.api}`, 'dd-application-key': full } },
    {
      name: 'headers of other names',
      headers: { 'x-api-key': api, 'x-application-key': full, 'api-key': api, 'proxy-authorization': `Bearer ${full}` },
    },
  ]
}

async function endedKey({ catalog }: Rig, type: KeyType, how: 'revoked' | 'expired'): Promise<string> {
  const now = Date.now()
  const permissions = type === 'api' ? [] : permissionNames
  const wish = { type, permissions, organizationName: 'default', name: how, creator: 'test', createdAt: now - 2000 }
  const { key, secret } = await createKey(catalog, { ...wish, expiresAt: how === 'expired' ? now - 1000 : undefined })
  if (how === 'revoked') await revokeKey(catalog, key.id, { actor: 'test', address: undefined, at: now, organization: undefined })
  return secret
}
