import { type RawBuilder, sql } from 'kysely'

/**
 * The contents that several unpurged maps of an organization have, from the index that holds no others. Whoever joins it makes it a
 * materialized table and joins crosswise, because SQLite then keeps to the order: from these few contents to their maps.
 */
export function sharedContents(organization: number): RawBuilder<unknown> {
  return sql`select digest, generation, reference_count as holders from blob where organization = ${organization} and reference_count > 1`
}

/** Of the maps that have the content of a row of `shared`, the oldest to which a condition on `map` applies; only as many are looked up as that takes. */
export function oldestHolder(organization: number, condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(select file.id from source_map_file as file cross join source_map as map
    where file.organization = ${organization} and file.digest = shared.digest
      and map.organization = ${organization} and map.id = file.id and ${condition}
    order by file.id limit 1)`
}
