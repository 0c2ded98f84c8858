import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Trace } from '../operations/ports/passage-catalog.ts'

/** Below this lies the part of a divisor that depends on the map. */
const spread = 2n ** 31n - 1n

/** Divisors are at least this large, and so never nothing. */
const smallestDivisor = 2n ** 30n

/**
 * What a map's id and state version add to the trace of a plan: the remainder when a number of the plan's own is divided by one that
 * depends on both, below 2^32. Remainders do not balance as sums of ids or of their squares may. Integer arithmetic that stays within
 * 63 bits as long as ids and state versions stay below 2^32, and one statement for all plans.
 */
export function mixed(plan: PlanNumbers): RawBuilder<number> {
  return mixture(plan, sql`state_version`)
}

/** The trace for a plan of all chosen maps, as text, since it outgrows the numbers of JavaScript. */
export function traceOf(plan: string): RawBuilder<Trace> {
  return total(mixed(planNumbers(plan)))
}

/** The same as it was before a passage that has just raised their state versions. */
export function traceBefore(plan: string): RawBuilder<Trace> {
  return total(mixture(planNumbers(plan), sql`(state_version - 1)`))
}

function total(mix: RawBuilder<number>): RawBuilder<Trace> {
  return sql<Trace>`cast(coalesce(sum(${mix}), 0) as text)`
}

function mixture({ dividend, a, b }: PlanNumbers, version: RawBuilder<unknown>): RawBuilder<number> {
  return sql<number>`(${dividend} % (((id * ${a} + ${version} * ${b}) & ${spread}) + ${smallestDivisor}))`
}

/** What is a plan's own in a trace: a dividend of 62 bits, two odd factors of 30. Whole to SQLite because they are no floats here. */
export interface PlanNumbers {
  readonly dividend: bigint
  readonly a: bigint
  readonly b: bigint
}

/** Numbers that depend on nothing but the plan's random id. */
export function planNumbers(plan: string): PlanNumbers {
  const hash = createHash('sha256').update(plan).digest()
  const bits = (offset: number, count: bigint) => hash.readBigUInt64BE(offset) >> (64n - count)
  const factor = (offset: number) => bits(offset, 30n) | (1n << 29n) | 1n
  return { dividend: bits(0, 62n) | (1n << 61n), a: factor(8), b: factor(16) }
}
