import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite'

/** How a connection is used: one writer per process, any number of readers. */
export type Access = 'write' | 'read'

/** A statement that has been prepared before is not prepared again; more than this many are never kept. */
const keptStatements = 500

/** One synchronous connection to a catalog file. */
export class Connection {
  readonly #database: DatabaseSyncInstance
  readonly #statements = new Map<string, { statement: StatementSyncInstance; reads: boolean }>()

  constructor(file: string, access: Access) {
    this.#database = new DatabaseSync(file, { timeout: 10_000, ...(access === 'read' ? { readOnly: true } : {}) })
    const journal = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;'
    this.#database.exec(
      `${access === 'write' ? journal : ''} PRAGMA foreign_keys = ON; PRAGMA temp_store = FILE; PRAGMA cache_size = -16384;`,
    )
  }

  /** Runs a statement; gives its rows, or how many rows it changed. */
  run(text: string, parameters: readonly unknown[]): { rows: unknown[]; changes: bigint | undefined } {
    const { statement, reads } = this.#prepare(text)
    if (reads) return { rows: statement.all(...(parameters as string[])), changes: undefined }
    const { changes } = statement.run(...(parameters as string[]))
    return { rows: [], changes: BigInt(changes) }
  }

  exec(text: string): void {
    this.#database.exec(text)
  }

  isInTransaction(): boolean {
    return this.#database.isTransaction
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }

  #prepare(text: string) {
    const known = this.#statements.get(text)
    if (known) return known
    if (this.#statements.size >= keptStatements) this.#statements.clear()
    const statement = this.#database.prepare(text)
    const prepared = { statement, reads: statement.columns().length > 0 }
    this.#statements.set(text, prepared)
    return prepared
  }
}
