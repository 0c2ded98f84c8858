import { stat } from 'node:fs/promises'
import type { CopyName } from '../../operations/ports/blob-store.ts'
import { copyPath } from './copy-path.ts'
import { unlessGone } from './kept-files.ts'

/** The bytes that a copy takes on disk, through links, as it is read; nothing when it is not there. */
export async function measureCopy(root: string, name: CopyName): Promise<number | undefined> {
  return (await stat(copyPath(root, name)).catch(unlessGone))?.size
}
