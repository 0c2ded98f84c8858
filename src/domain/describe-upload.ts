import { foldCase } from './caseless.ts'
import { type Event, eventText } from './event.ts'
import { type Attributes, type FieldName, field } from './fields.ts'
import { identity } from './identity.ts'
import { type Kind, kind, kindNames, kindOfEventType } from './kinds.ts'
import { Problem } from './problem.ts'

/** Longest value of an identifying or shown member of an event, in characters: what still fits a query that looks for it. */
export const maxValueLength = 4096

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
  if (alternatives.some(list => list.every(member => eventText(event, member) !== undefined))) return
  const first = alternatives[0] ?? []
  const detail =
    alternatives.length > 1
      ? `Missing required field: one of ${alternatives.map(list => list.join(' + ')).join(', or ')} identifies a ${name} map`
      : `Missing required field: ${first.filter(member => eventText(event, member) === undefined).join(', ')}`
  throw new Problem('bad_request', detail)
}

function readAttributes(name: Kind, event: Event, partNames: ReadonlyMap<string, string | undefined>): Attributes {
  const { attributes, parts, derive } = kind(name)
  // Flutter's platform tells two maps apart although it is no attribute of the kind, so every field of the event is kept
  const stored: readonly FieldName[] = name === 'flutter' ? [...attributes, 'platform'] : attributes
  const plain = stored.flatMap(attribute => {
    const value = eventText(event, attribute)
    return value === undefined ? [] : [[attribute, value]]
  })
  return { ...Object.fromEntries(plain), ...derive?.(event, partNames.get(parts[0])) }
}

function refuseAbsurdValues(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value.length > maxValueLength) throw new Problem('bad_request', `Field ${name} is longer than ${maxValueLength} characters`)
    if (value.includes('\0')) throw new Problem('bad_request', `Field ${name} must not contain a NUL character`)
    // A lone surrogate is stored as something else, and then no query finds it
    if (/\p{Surrogate}/u.test(value)) throw new Problem('bad_request', `Field ${name} is not well-formed Unicode`)
  }
}

/** The members of a several-valued attribute, each once, as sent; a plain attribute is its own only member. */
export function members(name: FieldName, value: string): string[] {
  if (!field(name).members) return [value]
  const seen = new Map(value.split(',').map(member => [foldCase(member.trim()), member.trim()]))
  seen.delete('')
  return [...seen.values()]
}
