import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite'

/** How a connection is used: one writer per process, any number of readers. */
export type Access = 'write' | 'read'

/** A statement that has been prepared before is not prepared again; more than this many are never kept. */
const keptStatements = 500

/** A statement whose text is longer than this has its values counted in it and hardly comes again; it would take memory for nothing. */
const longestKept = 4096

/** Milliseconds for which another process may keep the file to itself. */
const timeout = 10_000

/** SQLite's number for: the file is open for reading only, and a journal would have to be rolled back first. */
const journalLeft = 776

/** A statement that has been prepared: how it is run, and what its rows' members are called if it has rows. */
interface Prepared {
  readonly statement: StatementSyncInstance
  readonly columns: readonly string[]
  readonly asPage: boolean
}

/** One synchronous connection to a catalog file. */
export class Connection {
  readonly #database: DatabaseSyncInstance
  readonly access: Access
  readonly #statements = new Map<string, Prepared>()

  constructor(file: string, access: Access) {
    this.access = access
    this.#database = new DatabaseSync(file, { timeout, readOnly: access === 'read' })
    const journal = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864;'
    if (access === 'read') this.#endJournal(file)
    this.#database.exec(
      `${access === 'write' ? journal : ''} PRAGMA foreign_keys = ON; PRAGMA temp_store = FILE; PRAGMA cache_size = -16384;`,
    )
  }

  /** Runs a statement; gives its rows, or how many rows it changed. */
  run(text: string, parameters: readonly unknown[]): { rows: unknown[]; changes: bigint | undefined } {
    const { statement, columns, asPage } = this.#prepare(text)
    const values = parameters as string[]
    if (asPage) return { rows: toRows(statement.get(...values), columns), changes: undefined }
    if (columns.length > 0) return { rows: statement.all(...values), changes: undefined }
    return { rows: [], changes: BigInt(statement.run(...values).changes) }
  }

  exec(text: string): void {
    this.#database.exec(text)
  }

  isInTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** Closes the file; after the last writer everything is in it, so that it can be copied by itself. */
  close(): void {
    if (!this.#database.isOpen) return
    this.#statements.clear()
    if (this.access === 'write') this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#database.close()
  }

  /** Whoever was killed while making the file may have left a journal, without which it cannot be read and which only a writer can roll back. */
  #endJournal(file: string): void {
    try {
      touch(this.#database)
    } catch (error) {
      if ((error as { sqliteExtendedCode?: number }).sqliteExtendedCode !== journalLeft) throw error
      const writer = new DatabaseSync(file, { timeout })
      try {
        touch(writer)
      } finally {
        writer.close()
      }
    }
  }

  #prepare(text: string): Prepared {
    const known = this.#statements.get(text)
    if (known) return known
    if (text.length > longestKept) return this.#prepareAnew(text)
    if (this.#statements.size >= keptStatements) this.#statements.clear()
    const prepared = this.#prepareAnew(text)
    this.#statements.set(text, prepared)
    return prepared
  }

  #prepareAnew(text: string): Prepared {
    const statement = this.#database.prepare(text)
    const columns = statement.columns().map(column => column.name)
    if (columns.length === 0 || !isPage(text)) return { statement, columns, asPage: false }
    const list = columns.map(column => `"${column}"`).join(', ')
    return {
      statement: this.#database.prepare(`select json_group_array(json_array(${list})) as page from (${text})`),
      columns,
      asPage: true,
    }
  }
}

/** Reads the little that is read before anything else. */
function touch(database: DatabaseSyncInstance): void {
  database.prepare('pragma schema_version').get()
}

/** A limited query keeps its order inside another one. */
function isPage(text: string): boolean {
  return /^select .* limit \?( offset \?)?$/s.test(text)
}

/** A page crosses the binding as one JSON text: handing over thousands of single values takes three times as long. */
function toRows(result: unknown, columns: readonly string[]): unknown[] {
  const rows: unknown[][] = JSON.parse((result as { page: string }).page)
  return rows.map(values => {
    const row: Record<string, unknown> = {}
    for (const [index, column] of columns.entries()) row[column] = values[index]
    return row
  })
}
