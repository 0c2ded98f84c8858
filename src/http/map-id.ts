import { Problem } from '../domain/problem.ts'
import { idNumber } from '../domain/unmatched-ids.ts'

/** The id in a path; throws Problem `not_found` for text that no map can have as its id. */
export function readMapId(text: string | undefined): number {
  const id = idNumber(text ?? '')
  if (id === undefined) throw new Problem('not_found', 'No map has this id')
  return id
}
