import { join } from 'node:path'

/** Where a store keeps files that have no name yet. No program but this one has a folder of this name, whatever root it is given. */
export function temporaryFolder(root: string): string {
  return join(root, '.mapkeep-tmp')
}
