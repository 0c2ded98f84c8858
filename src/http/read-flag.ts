import { Problem, parameterReason } from '../domain/problem.ts'
import { type Query, queryValues } from '../domain/selection.ts'

/** A parameter that is exactly `true` or `false`; nothing when it is missing. Throws Problem `bad_request`. `wire:` decision 10. */
export function readFlag(query: Query, name: string): boolean | undefined {
  const values = queryValues(query, name)
  if (values.length === 0) return undefined
  const refuse = (detail: string) => new Problem('bad_request', [parameterReason(name, `${name} ${detail}`)])
  if (values.length > 1) throw refuse('must be given once')
  if (values[0] !== 'true' && values[0] !== 'false') throw refuse('must be true or false')
  return values[0] === 'true'
}
