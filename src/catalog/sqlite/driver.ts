import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely'
import type { Connection } from './connection.ts'

/**
 * Lets Kysely speak through one synchronous connection, to one at a time: a transaction has it to itself until it ends. Inside a
 * batch a transaction is a savepoint: it can fail alone, and the batch's commit makes all durable with one sync.
 */
export class SqliteDriver implements Driver {
  readonly #connection: Connection
  readonly #handle: DatabaseConnection
  #batch = false
  #free: Promise<void> | undefined
  #release: (() => void) | undefined

  constructor(connection: Connection) {
    this.#connection = connection
    this.#handle = {
      executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
        const { rows, changes } = connection.run(sql, parameters)
        return { rows: rows as R[], ...(changes === undefined ? {} : { numAffectedRows: changes }) }
      },
      streamQuery: () => {
        throw new Error('the catalog reads in pages, it does not stream')
      },
    }
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    while (this.#free) await this.#free
    this.#free = new Promise(resolve => {
      this.#release = resolve
    })
    return this.#handle
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Immediate: a transaction that reads first and writes later must not find out late that another process wrote between
    const begin = this.#connection.access === 'write' ? 'begin immediate' : 'begin'
    await this.#say(connection, this.#batch ? 'savepoint one' : begin)
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await this.#say(connection, this.#batch ? 'release one' : 'commit')
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // A full disk makes the engine roll back by itself
    if (!this.#connection.isInTransaction()) return
    if (this.#batch) await this.#say(connection, 'rollback to one')
    await this.#say(connection, this.#batch ? 'release one' : 'rollback')
  }

  async releaseConnection(): Promise<void> {
    this.#free = undefined
    this.#release?.()
  }

  async destroy(): Promise<void> {
    this.#connection.close()
  }

  /** Makes one commit of all transactions until {@link endBatch}. */
  beginBatch(): void {
    this.#connection.exec('begin immediate')
    this.#batch = true
  }

  /** Throws when the engine has rolled the batch back by itself, as on a full disk: what came after it would be in no batch. */
  assertBatch(): void {
    if (!this.#connection.isInTransaction()) throw new Error('the batch was rolled back by the database')
  }

  /** Commits the batch; when that fails nothing of it has happened. */
  endBatch(): void {
    this.#batch = false
    try {
      this.#connection.exec('commit')
    } catch (error) {
      this.#rollbackIfOpen()
      throw error
    }
  }

  /** A full disk makes the engine roll back by itself; then there is nothing left to roll back. */
  #rollbackIfOpen(): void {
    if (this.#connection.isInTransaction()) this.#connection.exec('rollback')
  }

  async #say(connection: DatabaseConnection, text: string): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(text))
  }
}
