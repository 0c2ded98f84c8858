import { permissionNames } from '../domain/permissions.ts'
import type { Key } from '../operations/ports/key-catalog.ts'
import type { Schema } from './description.ts'
import { resource } from './item-schema.ts'
import { longestKeyName } from './read-key-order.ts'
import { text, time } from './scalar-schemas.ts'
import { timeMember } from './time-text.ts'

/** A key as it is shown: neither its secret nor the hash of it. */
export function keyResource(key: Key): { id: string; type: 'keys'; attributes: Record<string, unknown> } {
  const { id, type, name, creator, permissions, createdAt, lastUsedAt, expiresAt, revokedAt } = key
  const times = {
    ...timeMember('created_at', createdAt),
    ...timeMember('last_used_at', lastUsedAt),
    ...timeMember('expires_at', expiresAt),
    ...timeMember('revoked_at', revokedAt),
  }
  return { id, type: 'keys', attributes: { type, name, creator, permissions, ...times } }
}

/** Attributes that are asked for when a key is made. */
export const orderedAttributes = {
  type: { type: 'string', enum: ['api', 'application'], description: 'API keys upload, application keys carry permissions.' },
  name: { ...text, minLength: 1, maxLength: longestKeyName, description: 'What the key is for.' },
  permissions: { type: 'array', items: { type: 'string', enum: permissionNames } },
  expires_at: { ...time, description: 'When it ends; without it the key lasts until it is revoked.' },
} as const satisfies Record<string, Schema>

/** A key in answers; `more` are attributes of one answer alone. */
export function keySchema(more: Readonly<Record<string, Schema>> = {}): Schema {
  const given = { creator: { ...text, description: 'Id of the key that made it, or where it was made.' }, created_at: time }
  const properties = { ...orderedAttributes, ...given, last_used_at: time, revoked_at: time, ...more }
  const required = ['type', 'name', 'creator', 'permissions', 'created_at', ...Object.keys(more)]
  return resource({ type: 'keys', attributes: { type: 'object', required, properties } })
}
