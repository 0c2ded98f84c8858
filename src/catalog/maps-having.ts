import { type RawBuilder, sql } from 'kysely'
import type { ContentName } from '../operations/ports/inspection-catalog.ts'

/** How many unpurged maps have a content. */
export function mapsHaving({ organization, digest }: ContentName): RawBuilder<number> {
  return sql<number>`(select count(distinct file.id) from source_map_file as file
    join source_map as map on map.organization = file.organization and map.id = file.id
    where file.organization = ${organization} and file.digest = ${digest} and map.purged_at is null)`
}
