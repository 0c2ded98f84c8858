import type { Selection } from '../../domain/selection.ts'
import type { SourceMap, State } from '../../domain/source-map.ts'
import type { Left, Totals } from './passage-catalog.ts'

/** One passage of maps, as history. Times are milliseconds since 1970. */
export interface Operation {
  readonly number: number
  readonly kind: 'deletion' | 'restoration' | 'undo' | 'purge'
  readonly to: State
  readonly actor: { readonly id: string; readonly name: string }
  readonly address: string | undefined
  readonly at: number
  /** Until when what it deleted can surely be undone. */
  readonly undoUntil: number | undefined
  readonly reason: string | undefined
  readonly forced: boolean
  /** What was asked for; undos and purges follow another operation instead. */
  readonly selection: Selection | undefined
  /** The operation that was undone or whose maps were purged. */
  readonly of: number | undefined
  /** The newest undo of this operation. */
  readonly undoneBy: number | undefined
  readonly plan: string | undefined
  readonly totals: Totals
  /** Members of the undone operation that a partial undo left. */
  readonly left: Left | undefined
}

/** A member of an operation as it is now. */
export interface Member extends SourceMap {
  readonly state: State
  /** The operation that moved it last. */
  readonly lastOperation: number | undefined
}

/** Rows about what was done. */
export interface OperationCatalog {
  /** Newest first, those before a number. */
  listOperations(organization: number, wish: { before: number | undefined; limit: number }): Promise<readonly Operation[]>
  operation(organization: number, number: number): Promise<Operation | undefined>
  /** Members of an operation in id order, those after an id. */
  operationMembers(organization: number, number: number, wish: { after: number; limit: number }): Promise<readonly Member[]>
}
