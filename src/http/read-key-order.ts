import { type Permission, permissionNames } from '../domain/permissions.ts'
import { Problem, type Reason } from '../domain/problem.ts'
import type { KeyWish } from '../operations/keys.ts'
import { bodyObject, bodyText, pointerReason, unknownMembers } from './body-members.ts'
import { isoTime } from './iso-time.ts'

/** What a new key shall be. */
export type KeyOrder = Pick<KeyWish, 'type' | 'name' | 'permissions' | 'expiresAt'>

/** Most characters of a key's name. */
export const longestKeyName = 200

const atAttributes = '/data/attributes'

/** Reads the order of a key from a body, every fault of it at once; `at` is now, in milliseconds since 1970. */
export function readKeyOrder(body: unknown, at: number): KeyOrder {
  const reasons: Reason[] = []
  const attributes = readAttributes(body, reasons)
  if (!attributes) throw new Problem('bad_request', reasons)
  const type = readType(attributes.type, reasons)
  const name = bodyText(attributes.name, { pointer: `${atAttributes}/name`, longest: longestKeyName }, reasons)
  const permissions = readPermissions(attributes.permissions, type, reasons)
  const expiresAt = readExpiry(attributes.expires_at, at, reasons)
  if (reasons.length > 0 || !type || !name || !permissions) throw new Problem('bad_request', reasons)
  return { type, name: name.trim(), permissions, expiresAt }
}

function readAttributes(body: unknown, reasons: Reason[]): Readonly<Record<string, unknown>> | undefined {
  const root = bodyObject(body, '', reasons)
  const data = root && bodyObject(root.data, '/data', reasons)
  if (!root || !data) return undefined
  reasons.push(...unknownMembers(root, ['data'], ''), ...unknownMembers(data, ['type', 'attributes'], '/data'))
  if (data.type !== 'keys') reasons.push(pointerReason('/data/type', 'type must be keys'))
  const attributes = bodyObject(data.attributes, atAttributes, reasons)
  // An organization above all: a key always belongs to that of the key which asks for it
  if (attributes) reasons.push(...unknownMembers(attributes, ['type', 'name', 'permissions', 'expires_at'], atAttributes))
  return attributes
}

function readType(value: unknown, reasons: Reason[]): KeyOrder['type'] | undefined {
  if (value === 'api' || value === 'application') return value
  reasons.push(pointerReason(`${atAttributes}/type`, 'type must be api or application'))
  return undefined
}

function readPermissions(value: unknown, type: KeyOrder['type'] | undefined, reasons: Reason[]): readonly Permission[] | undefined {
  if (value === undefined) return type === 'application' ? ['rum_apps_read'] : []
  const known = Array.isArray(value) ? permissionNames.filter(each => value.includes(each)) : []
  const fault = permissionsFault(value, known, type)
  if (!fault) return known
  reasons.push(pointerReason(`${atAttributes}/permissions`, fault))
  return undefined
}

function permissionsFault(value: unknown, known: readonly Permission[], type: KeyOrder['type'] | undefined): string | undefined {
  if (!Array.isArray(value) || new Set(value).size !== known.length) return `permissions must be a list of ${permissionNames.join(', ')}`
  return type === 'api' && known.length > 0 ? 'permissions are for application keys; an API key only uploads' : undefined
}

function readExpiry(value: unknown, at: number, reasons: Reason[]): number | undefined {
  if (value === undefined) return undefined
  const time = typeof value === 'string' ? isoTime(value) : undefined
  if (time !== undefined && time > at) return time
  const detail = 'expires_at must be a time in the future, in ISO 8601 with its zone, such as 2031-01-01T00:00:00Z'
  reasons.push(pointerReason(`${atAttributes}/expires_at`, detail))
  return undefined
}
