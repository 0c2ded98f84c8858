import type { HoldSelector } from '../domain/hold.ts'
import { type Kind, kind, kindNames } from '../domain/kinds.ts'
import { Problem, type Reason } from '../domain/problem.ts'
import { idNumber } from '../domain/unmatched-ids.ts'
import { bodyObject, bodyText, pointerReason, unknownMembers } from './body-members.ts'
import { isoTime } from './iso-time.ts'

/** A hold to be placed. */
export interface HoldWish {
  readonly selector: HoldSelector
  readonly reason: string
  readonly owner: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number | undefined
}

/** Bounds of what a hold keeps: every deletion looks at all of it. */
export const holdBounds = { text: 1000, pattern: 500, ids: 1000 } as const

const atAttributes = '/data/attributes'
const atSelector = `${atAttributes}/selector`

/** Reads a hold from a body, every fault of it at once; `at` is now, in milliseconds since 1970. */
export function readHold(body: unknown, at: number): HoldWish {
  const reasons: Reason[] = []
  const attributes = readAttributes(body, reasons)
  if (!attributes) throw new Problem('bad_request', reasons)
  const text = (name: string) => bodyText(attributes[name], { pointer: `${atAttributes}/${name}`, longest: holdBounds.text }, reasons)
  const [selector, reason, owner] = [readSelector(attributes.selector, reasons), text('reason'), text('owner')]
  const expiresAt = readExpiry(attributes.expires_at, at, reasons)
  if (reasons.length > 0 || !selector || !reason || !owner) throw new Problem('bad_request', reasons)
  return { selector, reason, owner, expiresAt }
}

function readAttributes(body: unknown, reasons: Reason[]): Readonly<Record<string, unknown>> | undefined {
  const root = bodyObject(body, '', reasons)
  const data = root && bodyObject(root.data, '/data', reasons)
  if (!root || !data) return undefined
  reasons.push(...unknownMembers(root, ['data'], ''), ...unknownMembers(data, ['type', 'attributes'], '/data'))
  if (data.type !== 'holds') reasons.push(pointerReason('/data/type', 'type must be holds'))
  const attributes = bodyObject(data.attributes, atAttributes, reasons)
  if (attributes) reasons.push(...unknownMembers(attributes, ['selector', 'reason', 'owner', 'expires_at'], atAttributes))
  return attributes
}

function readSelector(value: unknown, reasons: Reason[]): HoldSelector | undefined {
  const given = bodyObject(value, atSelector, reasons)
  if (!given) return undefined
  const { mapkind, service, version, ids } = given
  reasons.push(...unknownMembers(given, ['mapkind', 'service', 'version', 'ids'], atSelector))
  const pattern = (name: string, text: unknown) =>
    text === undefined ? undefined : bodyText(text, { pointer: `${atSelector}/${name}`, longest: holdBounds.pattern }, reasons)
  const selector = {
    kind: readKind(mapkind, reasons),
    service: pattern('service', service),
    version: pattern('version', version),
    ids: readIds(ids, reasons),
  }
  if (Object.keys(given).length === 0)
    reasons.push(pointerReason(atSelector, 'selector must give at least one of mapkind, service, version, ids'))
  reasons.push(...unmatchable(selector))
  // Conditions that were not given are left out: one that is there must be met
  return Object.fromEntries(Object.entries(selector).filter(([, each]) => each !== undefined))
}

function readKind(value: unknown, reasons: Reason[]): Kind | undefined {
  const found = kindNames.find(name => name === value)
  if (value !== undefined && !found)
    reasons.push(pointerReason(`${atSelector}/mapkind`, `mapkind must be one of ${kindNames.join(', ')}, in lower case`))
  return found
}

function readIds(value: unknown, reasons: Reason[]): readonly string[] | undefined {
  if (value === undefined) return undefined
  const refuse = (pointer: string, detail: string) => reasons.push(pointerReason(pointer, detail))
  if (!Array.isArray(value) || value.length === 0 || value.length > holdBounds.ids) {
    refuse(`${atSelector}/ids`, `ids must be a list of 1 to ${holdBounds.ids} ids`)
    return undefined
  }
  for (const [at, id] of value.entries())
    if (typeof id !== 'string' || idNumber(id) === undefined)
      refuse(`${atSelector}/ids/${at}`, 'an id must be a string of digits, such as "5"')
  return [...new Set(value as string[])]
}

/** A condition on a field that the kind does not have would keep nothing, which nobody means. */
function unmatchable(selector: { kind: Kind | undefined; service: string | undefined; version: string | undefined }): Reason[] {
  const { kind: name } = selector
  if (!name) return []
  const lacking = (['service', 'version'] as const).filter(each => selector[each] !== undefined && !kind(name).attributes.includes(each))
  return lacking.map(each => pointerReason(`${atSelector}/${each}`, `maps of mapkind ${name} have no ${each}`))
}

function readExpiry(value: unknown, at: number, reasons: Reason[]): number | undefined {
  if (value === undefined) return undefined
  const time = typeof value === 'string' ? isoTime(value) : undefined
  if (time !== undefined && time > at) return time
  reasons.push(
    pointerReason(
      `${atAttributes}/expires_at`,
      'expires_at must be a time in the future, in ISO 8601 with its zone, such as 2031-01-01T00:00:00Z',
    ),
  )
  return undefined
}
