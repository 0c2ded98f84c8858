import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Permission } from '../domain/permissions.ts'
import { Problem } from '../domain/problem.ts'
import { authenticate, authenticateUploader, requirePermission } from './authenticate.ts'
import { bootstrap } from './bootstrap.ts'
import { createKey, createOrganization, hashSecret, newSecret, sameHash } from './keys.ts'
import type { KeyType } from './ports/key-catalog.ts'
import { type Stores, withStores } from './stores.fixture.ts'

const nothing = { apiKey: undefined, applicationKey: undefined, bearer: undefined }
const now = 1000

test('an API key is enough to upload, an application key is not', () =>
  withStores(async stores => {
    const { api, application } = await keyPair(stores, 'default')
    const principal = await authenticateUploader(stores.catalog, { ...nothing, apiKey: api.secret }, now)
    const owner = { organization: 1, organizationUuid: 'uuid-of-default', organizationName: 'default' }
    assert.deepEqual(principal, { ...owner, keyId: api.key.id, permissions: [] })
    await refused(() => authenticateUploader(stores.catalog, { ...nothing, apiKey: application.secret }, now), /The API key is not valid/)
    await refused(() => authenticateUploader(stores.catalog, nothing, now), /API key required/)
  }))

test('an application key answers for a request, with an API key or alone as a bearer', () =>
  withStores(async stores => {
    const { api, application } = await keyPair(stores, 'default')
    const [apiKey, applicationKey] = [api.secret, application.secret]
    const byPair = await authenticate(stores.catalog, { ...nothing, apiKey, applicationKey }, now)
    assert.deepEqual(byPair, await authenticate(stores.catalog, { ...nothing, bearer: applicationKey }, now))
    assert.deepEqual([byPair.keyId, byPair.permissions], [application.key.id, ['rum_apps_read']])
    for (const credentials of [{ apiKey }, { applicationKey }, {}, { bearer: apiKey }, { apiKey: applicationKey, applicationKey: apiKey }])
      await refused(() => authenticate(stores.catalog, { ...nothing, ...credentials }, now))
  }))

test('keys of two organizations are not valid together', () =>
  withStores(async stores => {
    await createOrganization(stores.catalog, 'other', now)
    const [mine, theirs] = [await keyPair(stores, 'default'), await keyPair(stores, 'other')]
    const credentials = { ...nothing, apiKey: mine.api.secret, applicationKey: theirs.application.secret }
    await refused(() => authenticate(stores.catalog, credentials, now), /not valid together/)
  }))

test('an API key beside a bearer must be valid and of the same organization', () =>
  withStores(async stores => {
    await createOrganization(stores.catalog, 'other', now)
    const [mine, theirs] = [await keyPair(stores, 'default'), await keyPair(stores, 'other')]
    const bearer = mine.application.secret
    const ask = (apiKey: string) => authenticate(stores.catalog, { ...nothing, apiKey, bearer }, now)
    assert.equal((await ask(mine.api.secret)).keyId, mine.application.key.id)
    await refused(() => ask(newSecret('api')), /The API key is not valid/)
    await refused(() => ask(bearer), /The API key is not valid/)
    await refused(() => ask(theirs.api.secret), /not valid together/)
  }))

test('of both keys and a bearer, which official clients send together, the keys decide', () =>
  withStores(async stores => {
    const { api, application } = await keyPair(stores, 'default')
    const [apiKey, applicationKey] = [api.secret, application.secret]
    const principal = await authenticate(stores.catalog, { apiKey, applicationKey, bearer: 'a token for someone else' }, now)
    assert.equal(principal.keyId, application.key.id)
    await refused(() => authenticate(stores.catalog, { apiKey, applicationKey: 'wrong', bearer: applicationKey }, now))
    await refused(() => authenticate(stores.catalog, { apiKey: 'wrong', applicationKey, bearer: applicationKey }, now))
  }))

test('revoked, expired and unknown keys are refused in the same words', () =>
  withStores(async stores => {
    const expiring = await makeKey(stores, 'api', { expiresAt: now })
    const revoked = await makeKey(stores, 'api')
    await stores.catalog.revokeKey(revoked.key.id, { actor: 'test', address: undefined, at: now, organization: undefined })
    const words = []
    for (const apiKey of [expiring.secret, revoked.secret, newSecret('api')])
      words.push(await refused(() => authenticateUploader(stores.catalog, { ...nothing, apiKey }, now)))
    assert.equal(new Set(words).size, 1)
    const early = await authenticateUploader(stores.catalog, { ...nothing, apiKey: expiring.secret }, now - 1)
    assert.equal(early.keyId, expiring.key.id)
  }))

test('a permission that the key does not carry is named in the refusal', () =>
  withStores(async stores => {
    const { secret } = await makeKey(stores, 'application')
    const principal = await authenticate(stores.catalog, { ...nothing, bearer: secret }, now)
    requirePermission(principal, 'rum_apps_read')
    assert.throws(
      () => requirePermission(principal, 'rum_delete_data'),
      (error: unknown) => error instanceof Problem && error.code === 'forbidden' && /needs rum_delete_data/.test(error.message),
    )
  }))

test('a secret is shown once, tells its type and is stored as a hash only', () =>
  withStores(async stores => {
    const { key, secret } = await makeKey(stores, 'application')
    assert.match(secret, /^mkp_[\w-]{43}$/)
    assert.match(newSecret('api'), /^mka_[\w-]{43}$/)
    assert.equal(key.hash, hashSecret(secret))
    assert.ok(!JSON.stringify(await stores.catalog.listKeys()).includes(secret))
    assert.equal(sameHash(key.hash, hashSecret(secret)), true)
    assert.equal(sameHash(key.hash, hashSecret(`${secret} `)), false)
    assert.equal(sameHash(key.hash, ''), false)
  }))

test('a second start makes no first keys', () =>
  withStores(async ({ catalog }) => {
    assert.equal(await bootstrap(catalog, { apiKey: 'given' }, now), undefined)
    assert.deepEqual(await catalog.listKeys(), [])
  }))

async function keyPair(stores: Stores, organizationName: string) {
  return {
    api: await makeKey(stores, 'api', { organizationName }),
    application: await makeKey(stores, 'application', { organizationName }),
  }
}

function makeKey({ catalog }: Stores, type: KeyType, changes: { organizationName?: string; expiresAt?: number } = {}) {
  const permissions: readonly Permission[] = type === 'application' ? ['rum_apps_read'] : []
  const wish = { type, name: `${type} key`, organizationName: 'default', permissions, creator: 'test', createdAt: 1, expiresAt: undefined }
  return createKey(catalog, { ...wish, ...changes })
}

async function refused(ask: () => Promise<unknown>, detail = /not valid|required/): Promise<string> {
  const error = await ask().then(
    () => undefined,
    (caught: unknown) => caught,
  )
  assert.ok(error instanceof Problem, 'it was not refused')
  assert.equal(error.code, 'unauthorized')
  assert.match(error.message, detail)
  return error.message
}
