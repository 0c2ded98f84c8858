import { Problem, parameterReason } from '../domain/problem.ts'
import { type Query, queryValues } from '../domain/selection.ts'

/** The value of a parameter that may be given once and not be blank; nothing when it is missing. Throws Problem `bad_request`. */
export function singleValue(query: Query, name: string): string | undefined {
  const values = queryValues(query, name)
  const refuse = (detail: string) => new Problem('bad_request', [parameterReason(name, `${name} ${detail}`)])
  if (values.length > 1) throw refuse('must be given once')
  const [value] = values
  if (value !== undefined && value.trim() === '') throw refuse('must not be empty')
  if (value?.includes('\0')) throw refuse('must not contain a NUL character')
  return value
}

/** The same for a parameter that must be given. */
export function requiredValue(query: Query, name: string): string {
  const value = singleValue(query, name)
  if (value === undefined) throw new Problem('bad_request', [parameterReason(name, `${name} is required`)])
  return value
}
