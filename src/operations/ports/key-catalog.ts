import type { Permission } from '../../domain/permissions.ts'

/** What a key can be: one that uploads, or one that carries permissions. */
export type KeyType = 'api' | 'application'

/** A key as the catalog knows it: never its secret. Times are milliseconds since 1970. */
export interface Key {
  readonly id: string
  readonly type: KeyType
  readonly organization: number
  readonly organizationUuid: string
  readonly organizationName: string
  readonly name: string
  readonly creator: string
  readonly permissions: readonly Permission[]
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
  readonly expiresAt: number | undefined
  readonly revokedAt: number | undefined
  /** SHA-256 of the secret, in lower-case hex. */
  readonly hash: string
}

/** A key to be stored. */
export type NewKey = Pick<Key, 'id' | 'type' | 'name' | 'creator' | 'permissions' | 'createdAt' | 'expiresAt' | 'hash'> & {
  /** Name of the organization it belongs to. */
  readonly organizationName: string
}

/** An organization: the owner of everything. */
export interface Organization {
  readonly number: number
  readonly uuid: string
  readonly name: string
  readonly createdAt: number
}

/** Who ends a key. */
export interface Revocation {
  /** Id of the key that asked, or `command line`. */
  readonly actor: string
  /** Network address of the request, if it came by network. */
  readonly address: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number
  /** The only organization whose keys may be ended; nothing for any. */
  readonly organization: number | undefined
}

/** Rows about who may do what. */
export interface KeyCatalog {
  /** On every request: the keys with these hashes, revoked and expired ones included. */
  findKeys(hashes: readonly string[]): Promise<readonly Key[]>
  /** Every so often: when the keys were last used, by id. */
  touchKeys(usedAt: ReadonlyMap<string, number>): Promise<void>
  /** Throws Problem `not_found` for an unknown organization. `address`: where the request came from, if it came by network. */
  createKey(key: NewKey, address?: string): Promise<Key>
  /** Oldest first. */
  listKeys(organization?: string): Promise<readonly Key[]>
  /** All keys of one organization, the revoked and expired ones, too, oldest first. */
  keysOf(organization: number): Promise<readonly Key[]>
  /** True when the key existed; revoking twice keeps the first time. */
  revokeKey(id: string, by: Revocation): Promise<boolean>
  /** Throws Problem `conflict` when the name is taken. */
  createOrganization(name: string, uuid: string, at: number): Promise<Organization>
  listOrganizations(): Promise<readonly Organization[]>
  /** On the first start: makes the organization and the keys in one transaction, unless any organization exists. */
  bootstrap(organization: { name: string; uuid: string; at: number }, keys: readonly NewKey[]): Promise<boolean>
}
