import { Problem, parameterReason } from '../domain/problem.ts'
import type { Query } from '../domain/selection.ts'
import { singleValue } from './single-value.ts'

const defaultSize = 100
const maxSize = 1000

/** A page number at which every list has ended; larger ones mean no more. */
export const lastPage = Math.floor(Number.MAX_SAFE_INTEGER / maxSize)

/** How many maps a page shall have. `wire:` more than 1000 are silently cut (wire-api section 4). */
export function readPageSize(query: Query): number {
  return Math.min(readCount(query, 'page[size]') ?? defaultSize, maxSize)
}

/** Which page is asked for, counted from one; nothing when it is not asked by number. */
export function readPageNumber(query: Query): number | undefined {
  const number = readCount(query, 'page[number]')
  return number === undefined ? undefined : Math.min(number, lastPage)
}

function readCount(query: Query, name: string): number | undefined {
  const text = singleValue(query, name)
  if (text === undefined) return undefined
  if (!/^\d{1,19}$/.test(text) || Number(text) < 1)
    throw new Problem('bad_request', [parameterReason(name, `${name} must be a whole number, at least 1`)])
  return Number(text)
}
