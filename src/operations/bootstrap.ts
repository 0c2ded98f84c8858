import { randomUUID } from 'node:crypto'
import { permissionNames } from '../domain/permissions.ts'
import { type KeyWish, newKey, newSecret } from './keys.ts'
import type { KeyCatalog, KeyType } from './ports/key-catalog.ts'

/** The first secrets of an installation; those given are used, the others are made. */
export interface FirstKeys {
  readonly apiKey: string
  readonly applicationKey: string
}

/** On an empty catalog makes the organization `default` and one key pair; nothing on any other. */
export async function bootstrap(catalog: KeyCatalog, given: Partial<FirstKeys>, at: number): Promise<FirstKeys | undefined> {
  const secrets = { apiKey: given.apiKey ?? newSecret('api'), applicationKey: given.applicationKey ?? newSecret('application') }
  const keys = [newKey(firstKey('api', at), secrets.apiKey), newKey(firstKey('application', at), secrets.applicationKey)]
  const made = await catalog.bootstrap({ name: 'default', uuid: randomUUID(), at }, keys)
  return made ? secrets : undefined
}

function firstKey(type: KeyType, at: number): KeyWish {
  const permissions = type === 'application' ? permissionNames : []
  return {
    type,
    name: `first ${type} key`,
    organizationName: 'default',
    permissions,
    creator: 'first start',
    createdAt: at,
    expiresAt: undefined,
  }
}
