import { type RawBuilder, sql } from 'kysely'

/**
 * The contents that several unpurged maps of an organization have, from the index that holds no others. Whoever joins it makes it a
 * materialized table and joins crosswise, because SQLite then keeps to the order: from these few contents to their maps.
 */
export function sharedContents(organization: number): RawBuilder<unknown> {
  return sql`select digest, generation from blob where organization = ${organization} and reference_count > 1`
}
