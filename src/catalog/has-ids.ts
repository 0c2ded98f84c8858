import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely'
import type { Engine } from './engine.ts'
import type { Schema } from './schema.ts'

/** The tables whose rows are those of maps. */
type OfMaps = 'source_map' | 'source_map_event' | 'source_map_file' | 'shared_content'

/** The condition of the rows of some maps, given their ids in rising order. */
export function hasIds<T extends OfMaps>(engine: Engine, organization: number, ids: readonly number[]) {
  const [first, last] = [ids[0] ?? 0, ids.at(-1) ?? 0]
  const isRun = last - first + 1 === ids.length
  return (builder: ExpressionBuilder<Schema, T>): ExpressionWrapper<Schema, T, SqlBool> => {
    // All these tables have the same two columns, which the types cannot say of whichever it is
    const is = builder as unknown as ExpressionBuilder<Schema, 'source_map'>
    const chosen = isRun ? [is('id', '>=', first), is('id', '<=', last)] : [engine.isAmong(is.ref('id'), ids)]
    return is.and([is('organization', '=', organization), ...chosen]) as unknown as ExpressionWrapper<Schema, T, SqlBool>
  }
}
