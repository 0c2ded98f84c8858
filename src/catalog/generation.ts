import { randomBytes } from 'node:crypto'

/** The part of a copy's name that no other copy of any content has or will have. */
export function newGeneration(): string {
  return randomBytes(12).toString('hex')
}
