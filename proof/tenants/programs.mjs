import fc from 'fast-check'
import { requests } from './requests.mjs'

const weights = { upload: 9, pass: 6, list: 3, detail: 2, download: 2, carryOut: 3, undo: 3, hold: 2, operation: 2, makeKey: 2 }

const dice = fc.array(fc.nat(719), { minLength: 14, maxLength: 14 })

const kind = fc.oneof(...Object.keys(requests).map(name => ({ arbitrary: fc.constant(name), weight: weights[name] ?? 1 })))

const shape = { who: fc.constantFrom('A', 'B'), dice, alongside: fc.boolean() }

const step = fc.record({ ...shape, kind })

/** Both have something before they do the rest. */
const opening = fc.record({ ...shape, kind: fc.constantFrom('upload', 'upload', 'upload', 'pass', 'hold') })

const purge = fc.record({ who: fc.constant('operator') })

/**
 * Programs of two organizations: a list of steps in the order in which they are begun. A step of B that is `alongside` is not waited for
 * before the next one. `purging`: an operator purges now and then.
 */
export function programs({ steps, purging }) {
  const any = purging ? fc.oneof({ arbitrary: step, weight: 40 }, { arbitrary: purge, weight: 1 }) : step
  const some = (each, most) => fc.array(each, { minLength: Math.ceil(most / 2), maxLength: most, size: 'max' })
  return fc.tuple(some(opening, Math.ceil(steps / 4)), some(any, steps)).map(parts => parts.flat())
}

/** What a program runs under, by its seed: every fourth one with narrow limits, with safe deletion, with a purge. */
export const settings = [
  { name: 'as it comes', env: {} },
  { name: 'narrow limits', env: { MAPKEEP_RATE_LIMIT: 'read=14/3600,delete=9/3600,upload=8/3600', MAPKEEP_DELETE_LIMIT: '1' } },
  { name: 'safe deletion', env: { MAPKEEP_SAFE_DELETE: 'on' } },
  { name: 'purging', env: { MAPKEEP_UNDO_WINDOW: '0s' }, purging: true },
]

/** Seconds of the longest period of a limit above. */
export const longestPeriod = 3600
