import { join } from 'node:path'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import { copyFileName } from '../copy-file-name.ts'

/** Where a copy lies; refuses names that could lead anywhere else. */
export function copyPath(root: string, name: CopyName): string {
  return join(root, copyFileName(name))
}
