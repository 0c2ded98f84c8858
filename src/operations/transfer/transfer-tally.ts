import type { TransferProgress, TransferReport } from '../../domain/transfer.ts'
import type { StoredCopy } from '../ports/catalog.ts'
import type { Extent } from '../ports/transfer-catalog.ts'

/** Counts what a transfer does, and tells how far it has come. */
export interface TransferTally {
  /** A file is there; `written`: bytes that this run had to write for it. */
  file(copy: StoredCopy, written: number): void
  rows(count: number): void
  /** Rows are no longer copied but compared, from the first on. */
  compare(): void
  report(resumed: boolean): TransferReport
}

/** A tally of everything there is to do. `there`: what earlier runs have done of it. */
export function createTally(all: Extent, there: Extent | undefined, tell: (progress: TransferProgress) => void): TransferTally {
  const total = countOf(all)
  let [files, size, movedFiles, movedSize] = [there?.files ?? 0, there?.size ?? 0, 0, 0]
  let rows = there ? countOf(there) : 0
  let step: 'rows' | 'comparison' = 'rows'
  const tellOf = (now: TransferProgress['step'], done: number, most: number) =>
    tell({ step: now, done, total: most, size, totalSize: all.size, movedSize })
  return {
    file: ({ storedSize }, written) => {
      files++
      size += storedSize
      if (written > 0) movedFiles++
      movedSize += written
      tellOf('files', files, all.files)
    },
    rows: count => {
      rows += count
      tellOf(step, rows, total)
    },
    compare: () => {
      step = 'comparison'
      rows = 0
    },
    report: resumed => ({ resumed, rows: all.rows, files: all.files, size: all.size, movedFiles, movedSize }),
  }
}

function countOf({ rows }: Extent): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0)
}
