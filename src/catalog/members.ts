import { sql } from 'kysely'
import { type IdRange, RangePacker } from '../domain/id-ranges.ts'
import { givenIds, idNumber, unmatchedIds } from '../domain/unmatched-ids.ts'
import type { Moved, Scope } from '../operations/ports/catalog.ts'
import type { Db, Engine } from './engine.ts'
import { where } from './where.ts'

/** What a scope holds, told in less memory than a list of it. */
export type Members = Omit<Moved, 'operation'>

/** Most ids in memory at a time. */
const mostIds = 20_000

/**
 * Reads which maps a scope holds now; nothing when there are none. Many are read by stretches of ids that cannot hold more than
 * fit, not by pages in id order: a selection of several stretches of an index would have to be sorted anew for each page.
 */
export async function readMembers(trx: Db, engine: Engine, scope: Scope): Promise<Members | undefined> {
  const { count, size, first, last } = await readExtent(trx, engine, scope)
  if (count === 0) return undefined
  const given = new Set(givenIds(scope.selection).map(idNumber))
  const found = new Set<number>()
  const runs = new RunPacker()
  const width = count <= mostIds ? last - first + 1 : mostIds
  for (let low = first; low <= last; low += width) {
    for (const id of await readIds(trx, engine, { scope, within: { first: low, last: low + width - 1 } })) {
      runs.add(id)
      if (given.has(id)) found.add(id)
    }
  }
  return { count, size, members: runs.packed(), unmatched: unmatchedIds(scope.selection, id => found.has(id)) }
}

async function readExtent(trx: Db, engine: Engine, scope: Scope): Promise<IdRange & { count: number; size: number }> {
  return trx
    .selectFrom('source_map')
    .select([
      sql<number>`count(*)`.as('count'),
      sql<number>`coalesce(sum(size), 0)`.as('size'),
      sql<number>`coalesce(min(id), 0)`.as('first'),
      sql<number>`coalesce(max(id), 0)`.as('last'),
    ])
    .where(where(scope, engine))
    .executeTakeFirstOrThrow()
}

async function readIds(trx: Db, engine: Engine, { scope, within }: { scope: Scope; within: IdRange }): Promise<number[]> {
  const rows = await trx
    .selectFrom('source_map')
    .select('id')
    .where(where(scope, engine))
    .where('id', '>=', within.first)
    .where('id', '<=', within.last)
    // It cuts nothing off: a limited query is what connections hand over fast
    .limit(mostIds)
    .execute()
  return rows.map(row => row.id).sort((a, b) => a - b)
}

/** Packs rising ids, as runs of consecutive ones. */
class RunPacker {
  readonly #packer = new RangePacker()
  #first: number | undefined
  #last = 0

  add(id: number): void {
    if (id !== this.#last + 1) this.#endRun()
    this.#first ??= id
    this.#last = id
  }

  packed(): Uint8Array {
    this.#endRun()
    return this.#packer.packed()
  }

  #endRun(): void {
    if (this.#first !== undefined) this.#packer.add({ first: this.#first, last: this.#last })
    this.#first = undefined
  }
}
