/** A column of a table for people. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => string
  readonly align?: 'right'
}

/** The lines of an aligned table, the titles first; columns in which nothing stands are left out. */
export function tableLines<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string[] {
  const filled = columns
    .map(column => ({ ...column, cells: [column.title, ...rows.map(row => printable(column.cell(row)))] }))
    .filter(({ cells }) => cells.slice(1).some(cell => cell !== ''))
    .map(column => ({ ...column, width: Math.max(...column.cells.map(cell => cell.length)) }))
  const lineAt = (at: number) =>
    filled.map(({ cells, width, align }) => (align ? (cells[at] ?? '').padStart(width) : (cells[at] ?? '').padEnd(width))).join('  ')
  return [...Array(rows.length + 1).keys()].map(at => lineAt(at).trimEnd())
}

/** Text without control characters: names come from uploads and must not steer the reader's terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd')
}
