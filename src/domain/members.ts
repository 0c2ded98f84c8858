import { foldCase } from './caseless.ts'
import { type FieldName, field } from './fields.ts'

/** The members of a several-valued attribute, each once, as sent; a plain attribute is its own only member. */
export function members(name: FieldName, value: string): string[] {
  if (!field(name).members) return [value]
  const seen = new Map(value.split(',').map(member => [foldCase(member.trim()), member.trim()]))
  seen.delete('')
  return [...seen.values()]
}
