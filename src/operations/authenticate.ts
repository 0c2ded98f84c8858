import type { Permission } from '../domain/permissions.ts'
import { Problem } from '../domain/problem.ts'
import { hashSecret, sameHash } from './keys.ts'
import type { Key, KeyCatalog, KeyType } from './ports/key-catalog.ts'

/** Who is asking: the organization and the key that answers for the request. */
export interface Principal {
  readonly organization: number
  readonly organizationUuid: string
  readonly organizationName: string
  readonly keyId: string
  readonly permissions: readonly Permission[]
}

/** The secrets of a request, as sent. */
export interface Credentials {
  readonly apiKey: string | undefined
  readonly applicationKey: string | undefined
  /** `Authorization: Bearer`; an application key that stands in for both. */
  readonly bearer: string | undefined
}

const unauthorized = (detail: string) => new Problem('unauthorized', detail)

/** The owner of a valid API key; throws Problem `unauthorized`. */
export async function authenticateUploader(catalog: KeyCatalog, { apiKey }: Credentials, at: number): Promise<Principal> {
  if (!apiKey) throw unauthorized('API key required')
  return toPrincipal(await validKey(catalog, { type: 'api', secret: apiKey }, at))
}

/**
 * The owner of a valid application key that comes with an API key, or as a bearer; throws Problem `unauthorized`. Both keys
 * decide before a bearer does, since official clients send whatever they are configured with. An API key that is sent must
 * always be valid and of the same organization.
 */
export async function authenticate(catalog: KeyCatalog, { apiKey, applicationKey, bearer }: Credentials, at: number): Promise<Principal> {
  if (apiKey && applicationKey) return authenticatePair(catalog, { apiKey, secret: applicationKey }, at)
  if (apiKey && bearer) return authenticatePair(catalog, { apiKey, secret: bearer }, at)
  if (bearer) return toPrincipal(await validKey(catalog, { type: 'application', secret: bearer }, at))
  throw unauthorized('DD-API-KEY and DD-APPLICATION-KEY are required, or Authorization: Bearer with an application key')
}

async function authenticatePair(
  catalog: KeyCatalog,
  { apiKey, secret }: { readonly apiKey: string; readonly secret: string },
  at: number,
): Promise<Principal> {
  const keys = await catalog.findKeys([apiKey, secret].map(hashSecret))
  const api = pick(keys, { type: 'api', secret: apiKey }, at)
  const application = pick(keys, { type: 'application', secret }, at)
  if (api.organization !== application.organization) throw unauthorized('The keys are not valid together')
  return toPrincipal(application)
}

/** Throws Problem `forbidden` unless the key carries the permission. */
export function requirePermission(principal: Principal, permission: Permission): void {
  if (!principal.permissions.includes(permission)) throw new Problem('forbidden', `This operation needs ${permission}`)
}

interface Secret {
  readonly type: KeyType
  readonly secret: string
}

async function validKey(catalog: KeyCatalog, secret: Secret, at: number): Promise<Key> {
  return pick(await catalog.findKeys([hashSecret(secret.secret)]), secret, at)
}

function pick(keys: readonly Key[], { type, secret }: Secret, at: number): Key {
  const hash = hashSecret(secret)
  const key = keys.find(each => each.type === type && sameHash(each.hash, hash))
  const ended = key && (key.revokedAt !== undefined || (key.expiresAt !== undefined && key.expiresAt <= at))
  // Unknown, revoked and expired keys are told apart for nobody
  if (!key || ended) throw unauthorized(`The ${type === 'api' ? 'API' : 'application'} key is not valid`)
  return key
}

function toPrincipal(key: Key): Principal {
  const { organization, organizationUuid, organizationName, id, permissions } = key
  return { organization, organizationUuid, organizationName, keyId: id, permissions }
}
