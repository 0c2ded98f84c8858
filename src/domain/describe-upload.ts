import { type Event, eventText } from './event.ts'
import { type Attributes, type FieldName, fieldNames } from './fields.ts'
import { filter, filterNames } from './filters.ts'
import { identity } from './identity.ts'
import { type Kind, type KindEntry, kind, kindNames, kindOfEventType } from './kinds.ts'
import { members } from './members.ts'
import { Problem } from './problem.ts'
import { utf8Length } from './utf8-length.ts'

/** Longest value of an identifying or shown member of an event, in characters: what still fits a query that looks for it. */
export const maxValueLength = 4096

/** Longest value that a filter looks for, in bytes of UTF-8: three of them fit into one entry of any database's index. */
export const maxFilteredBytes = 800

/** What an upload is, read from its event and the names of its files. */
export interface UploadDescription {
  readonly kind: Kind
  readonly attributes: Attributes
  readonly identity: readonly string[]
  readonly overwrite: boolean
}

/** Reads what an upload is; refuses one that nobody could find again. `partNames`: multipart name → the part's file name. */
export function describeUpload(event: Event, partNames: ReadonlyMap<string, string | undefined>): UploadDescription {
  const name = readKind(event)
  refuseMissingParts(name, partNames)
  refuseMissingFields(name, event, partNames)
  const attributes = readAttributes(name, event, partNames)
  refuseAbsurdValues(attributes)
  return { kind: name, attributes, identity: identity(name, event, attributes), overwrite: event.overwrite === true }
}

function readKind(event: Event): Kind {
  const type = eventText(event, 'type')
  if (!type) throw new Problem('bad_request', 'Missing required field: type')
  const found = kindOfEventType(type)
  const known = kindNames.map(each => kind(each).eventType).join(', ')
  if (!found) throw new Problem('bad_request', `Unknown event type ${JSON.stringify(type.slice(0, 100))}; known are ${known}`)
  return found
}

function refuseMissingParts(name: Kind, partNames: ReadonlyMap<string, string | undefined>): void {
  const { parts, optionalParts = [] } = kind(name)
  const missing = parts.filter(part => !partNames.has(part) && !optionalParts.includes(part))
  if (missing.length > 0)
    throw new Problem(
      'bad_request',
      missing.map(part => ({ detail: `Missing required file: ${part}` })),
    )
}

function refuseMissingFields(name: Kind, event: Event, partNames: ReadonlyMap<string, string | undefined>): void {
  if (name === 'repository' && partNames.has('repository')) return
  const alternatives = kind(name).needs.filter(list => list.length > 0)
  if (alternatives.some(list => list.every(member => tells(event, member)))) return
  const first = alternatives[0] ?? []
  const detail =
    alternatives.length > 1
      ? `Missing required field: one of ${alternatives.map(list => list.join(' + ')).join(', or ')} identifies a ${name} map`
      : `Missing required field: ${first.filter(member => !tells(event, member)).join(', ')}`
  throw new Problem('bad_request', detail)
}

/** Whether the event has a value for the member, and a several-valued one more than blanks and commas. */
function tells(event: Event, member: string): boolean {
  const value = eventText(event, member)
  const name = fieldNames.find(each => each === member)
  return value !== undefined && (!name || members(name, value).length > 0)
}

function readAttributes(name: Kind, event: Event, partNames: ReadonlyMap<string, string | undefined>): Attributes {
  const { derived, parts } = kind(name)
  const plain = plainAttributes(kind(name)).flatMap(attribute => {
    const value = eventText(event, attribute)
    return value === undefined ? [] : [[attribute, value]]
  })
  return { ...Object.fromEntries(plain), ...derived?.from(event, partNames.get(parts[0])) }
}

/** The attributes that are the event's members of the same name. */
function plainAttributes({ attributes, identifying = [], derived }: KindEntry): FieldName[] {
  return [...attributes, ...identifying].filter(attribute => !derived?.attributes.includes(attribute))
}

const filtered: ReadonlySet<string> = new Set(filterNames.map(name => filter(name).field))

function refuseAbsurdValues(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value.length > maxValueLength) throw new Problem('bad_request', `Field ${name} is longer than ${maxValueLength} characters`)
    for (const each of filtered.has(name) ? members(name as FieldName, value) : [])
      if (utf8Length(each) > maxFilteredBytes)
        throw new Problem(
          'bad_request',
          `Field ${name} is longer than ${maxFilteredBytes} bytes in UTF-8, which is the most that can be filtered by`,
        )
    if (value.includes('\0')) throw new Problem('bad_request', `Field ${name} must not contain a NUL character`)
    // A lone surrogate is stored as something else, and then no query finds it
    if (/\p{Surrogate}/u.test(value)) throw new Problem('bad_request', `Field ${name} is not well-formed Unicode`)
  }
}
