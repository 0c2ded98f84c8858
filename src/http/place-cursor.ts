import { Problem, parameterReason } from '../domain/problem.ts'
import { cursorSeal } from './cursor-seal.ts'

/** Facts that tell one list from every other; the organization goes by its uuid, since its number could be guessed. */
export type CursorOwner = readonly [list: string, organizationUuid: string, ...facts: readonly unknown[]]

/** Names the place of a number in one list, as `meta.page.next_cursor`. */
export function writePlace(owner: CursorOwner, place: number): string {
  return Buffer.from(`${place}.${cursorSeal([...owner, place])}`).toString('base64url')
}

/** The place a cursor names; throws Problem `bad_request` for one of another list. */
export function readPlace(owner: CursorOwner, cursor: string): number {
  const [digits = '', given] = Buffer.from(cursor, 'base64url').toString('latin1').split('.')
  const place = Number(digits)
  if (/^[1-9]\d{0,15}$/.test(digits) && given === cursorSeal([...owner, place])) return place
  const detail = 'page[after] must be the next_cursor of the previous page of this very list'
  throw new Problem('bad_request', [parameterReason('page[after]', detail)])
}
