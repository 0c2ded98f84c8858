import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Permission } from '../domain/permissions.ts'
import { Problem } from '../domain/problem.ts'
import type { Key, KeyCatalog, KeyType, NewKey, Organization, Revocation } from './ports/key-catalog.ts'

/** What a new key shall be. */
export interface KeyWish {
  readonly type: KeyType
  readonly name: string
  readonly organizationName: string
  readonly permissions: readonly Permission[]
  readonly creator: string
  readonly createdAt: number
  readonly expiresAt: number | undefined
}

/** A key with its secret, which is shown this once and stored nowhere. */
export interface CreatedKey {
  readonly key: Key
  readonly secret: string
}

const prefixes: Readonly<Record<KeyType, string>> = { api: 'mka', application: 'mkp' }

/** Makes a key of 256 random bits. `address`: where the request came from, if it came by network. */
export async function createKey(catalog: KeyCatalog, wish: KeyWish, address?: string): Promise<CreatedKey> {
  const secret = newSecret(wish.type)
  return { key: await catalog.createKey(newKey(wish, secret), address), secret }
}

/** Ends a key at once; throws Problem `not_found` when there is none of this id, or it belongs to somebody else. */
export async function revokeKey(catalog: KeyCatalog, id: string, by: Revocation): Promise<void> {
  if (!(await catalog.revokeKey(id, by))) throw new Problem('not_found', 'No key has this id')
}

/** A fresh secret; its prefix tells people and secret scanners what it is. */
export function newSecret(type: KeyType): string {
  return `${prefixes[type]}_${randomBytes(32).toString('base64url')}`
}

/** The row of a key with the given secret. */
export function newKey(wish: KeyWish, secret: string): NewKey {
  return { ...wish, id: `key_${randomBytes(9).toString('base64url')}`, hash: hashSecret(secret) }
}

/** SHA-256 of a secret in hex: secrets are random, so a slow hash would add nothing. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

/** Whether two hashes are equal, in a time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Makes an organization. */
export function createOrganization(catalog: KeyCatalog, name: string, at: number): Promise<Organization> {
  return catalog.createOrganization(name, randomUUID(), at)
}
