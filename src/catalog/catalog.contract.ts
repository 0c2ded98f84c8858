import { describe } from 'node:test'
import { describeCopies } from './contract/copies.contract.ts'
import { describeKeys } from './contract/keys.contract.ts'
import { describeLists } from './contract/lists.contract.ts'
import { describeLookUps } from './contract/look-ups.contract.ts'
import { describeMoves } from './contract/moves.contract.ts'
import type { OpenCatalog } from './contract/sample-uploads.fixture.ts'
import { describeSelections } from './contract/selections.contract.ts'
import { describeTenants } from './contract/tenants.contract.ts'
import { describeUploads } from './contract/uploads.contract.ts'

/** What every catalog must do, whichever engine keeps its rows. `open` gives a new, empty one each time. */
export function describeCatalog(engine: string, open: OpenCatalog): void {
  describe(`a catalog in ${engine}`, () => {
    describeUploads(open)
    describeSelections(open)
    describeMoves(open)
    describeLists(open)
    describeLookUps(open)
    describeCopies(open)
    describeKeys(open)
    describeTenants(open)
  })
}
