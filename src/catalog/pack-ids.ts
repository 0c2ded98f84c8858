import { type ExpressionBuilder, type ExpressionWrapper, type SqlBool, sql } from 'kysely'
import { type IdRange, RangePacker } from '../domain/id-ranges.ts'
import type { Db } from './engine.ts'
import type { Schema } from './schema.ts'

/** A condition on rows of maps. */
export type MapCondition = (builder: ExpressionBuilder<Schema, 'source_map'>) => ExpressionWrapper<Schema, 'source_map', SqlBool>

/** Most ids in memory at a time. */
const mostIds = 20_000

/** Reads which maps meet a condition, given how many there are and between which ids. Calls `onId` for each, in rising order. */
export async function readIds(
  db: Db,
  condition: MapCondition,
  { extent, onId }: { extent: Extent; onId?: (id: number) => void },
): Promise<Uint8Array> {
  const runs = new RunPacker()
  for (const range of cut(extent)) {
    for (const id of await stretch(db, condition, range)) {
      runs.add(id)
      onId?.(id)
    }
  }
  return runs.packed()
}

/** Ranges of ids, none of which holds more maps of a condition than fit into memory. */
export async function* stretchesOf(db: Db, condition: MapCondition): AsyncGenerator<IdRange> {
  yield* cut(
    await db
      .selectFrom('source_map')
      .select([
        sql<number>`count(*)`.as('count'),
        sql<number>`coalesce(min(id), 0)`.as('first'),
        sql<number>`coalesce(max(id), 0)`.as('last'),
      ])
      .where(condition)
      .executeTakeFirstOrThrow(),
  )
}

type Extent = IdRange & { readonly count: number }

/**
 * By stretches of ids that cannot hold more than fit, not by pages in id order: a selection of several stretches of an index would have
 * to be sorted anew for each page.
 */
function* cut({ count, first, last }: Extent): Generator<IdRange> {
  if (count === 0) return
  const width = count <= mostIds ? last - first + 1 : mostIds
  for (let low = first; low <= last; low += width) yield { first: low, last: low + width - 1 }
}

async function stretch(db: Db, condition: MapCondition, { first, last }: IdRange): Promise<number[]> {
  const rows = await db
    .selectFrom('source_map')
    .select('id')
    .where(condition)
    .where('id', '>=', first)
    .where('id', '<=', last)
    // It cuts nothing off: a limited query is what connections hand over fast
    .limit(mostIds)
    .execute()
  return rows.map(row => row.id).sort((a, b) => a - b)
}

/** Packs rising ids, as runs of consecutive ones. */
export class RunPacker {
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
