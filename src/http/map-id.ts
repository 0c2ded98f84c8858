import { Problem } from '../domain/problem.ts'

/** The id in a path; throws Problem `not_found` for text that no map can have as its id. */
export function readMapId(text: string | undefined): number {
  if (!text || !/^[1-9]\d{0,14}$/.test(text)) throw new Problem('not_found', 'No map has this id')
  return Number(text)
}
