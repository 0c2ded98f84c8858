import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import type { Db } from '../engine.ts'
import { mixed, planNumbers } from '../mixture.ts'
import { type OpenCatalog, withCatalog } from './sample-uploads.fixture.ts'

interface Member {
  readonly id: number
  readonly version: number
}

const planIds = Array.from({ length: 200 }, (_, number) => `pln_${number}`)

/** What the traces of plans are sums of. */
export function describeMixture(open: OpenCatalog): void {
  describe('the mixture of a map', () => {
    test('is a whole number below 2^32, another one for each plan, id and state version', () =>
      withCatalog(open, async (_, db) => {
        const largest = 2 ** 32 - 1
        const members = [1, 2, 500_000, largest].flatMap(id => [1, 2, largest].map(version => ({ id, version })))
        const seen = new Set<number>()
        for (const plan of planIds) for (const member of members) seen.add(await sumOf(db, plan, [member]))
        assert.ok([...seen].every(mix => Number.isInteger(mix) && mix >= 0 && mix < 2 ** 32))
        assert.ok(seen.size > planIds.length * members.length - 5, `${seen.size} different ones`)
      }))

    test('does not balance where ids, state versions and their squares do', () =>
      withCatalog(open, async (_, db) => {
        for (const above of [0, 300_000])
          for (const plan of planIds) {
            const [one, other] = [
              [1, 4, 6, 7],
              [2, 3, 5, 8],
            ].map(ids => ids.map(id => ({ id: above + id, version: 3 })))
            assert.notEqual(await sumOf(db, plan, one ?? []), await sumOf(db, plan, other ?? []), plan)
          }
      }))
  })
}

async function sumOf(db: Db, plan: string, members: readonly Member[]): Promise<number> {
  const rows = members.map(({ id, version }) => sql`select cast(${id} as bigint) as id, cast(${version} as bigint) as state_version`)
  const all = sql.join(rows, sql` union all `)
  const { rows: sums } = await sql<{
    mix: string
  }>`select cast(sum(${mixed(planNumbers(plan))}) as text) as mix from (${all}) as member`.execute(db)
  return Number(sums[0]?.mix)
}
