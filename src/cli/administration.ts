import type { Permission } from '../domain/permissions.ts'

/** A key as people see it: never its secret. Times are milliseconds since 1970. */
export interface ShownKey {
  readonly id: string
  readonly type: 'api' | 'application'
  readonly name: string
  readonly organizationName: string
  readonly creator: string
  readonly permissions: readonly Permission[]
  readonly createdAt: number
  readonly lastUsedAt: number | undefined
  readonly expiresAt: number | undefined
  readonly revokedAt: number | undefined
}

/** An organization as people see it. */
export interface ShownOrganization {
  readonly name: string
  readonly uuid: string
  readonly createdAt: number
}

/** What a new key shall be. */
export interface KeyOrder {
  readonly type: 'api' | 'application'
  readonly name: string
  readonly organization: string
  readonly permissions: readonly Permission[]
  readonly expiresAt: number | undefined
}

/** The work on keys and organizations that is done on the stores themselves, beside a running server. */
export interface Administration {
  createKey(order: KeyOrder): Promise<{ readonly key: ShownKey; readonly secret: string }>
  listKeys(organization: string | undefined): Promise<readonly ShownKey[]>
  revokeKey(id: string): Promise<boolean>
  createOrganization(name: string): Promise<ShownOrganization>
  listOrganizations(): Promise<readonly ShownOrganization[]>
  close(): Promise<void>
}
