import type { Row } from '../ports/transfer-catalog.ts'

/** How the rows of a part of a table differ from what they should be. */
export interface RowDifferences {
  /** Missing, or different. */
  readonly put: readonly Row[]
  /** Not wanted. */
  readonly remove: readonly Row[]
}

/** Compares rows of the same part of a table, column by column. `key`: the columns that tell a row from every other. */
export function compareRows(wanted: readonly Row[], found: readonly Row[], key: readonly string[]): RowDifferences {
  const rest = new Map(found.map(row => [textOf(row, key), row]))
  const put = wanted.filter(row => {
    const name = textOf(row, key)
    const there = rest.get(name)
    rest.delete(name)
    return !there || !isSame(row, there)
  })
  return { put, remove: [...rest.values()] }
}

function isSame(row: Row, other: Row): boolean {
  const columns = Object.keys(row)
  return columns.length === Object.keys(other).length && columns.every(column => row[column] === other[column])
}

function textOf(row: Row, key: readonly string[]): string {
  return JSON.stringify(key.map(column => row[column]))
}
