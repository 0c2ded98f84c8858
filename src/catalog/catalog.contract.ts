import { describe } from 'node:test'
import { describeAudit } from './contract/audit.contract.ts'
import { describeCopies } from './contract/copies.contract.ts'
import { describeDeletionLimits } from './contract/deletion-limits.contract.ts'
import { describeGivenUpCopies } from './contract/given-up-copies.contract.ts'
import { describeHoldSelectors } from './contract/hold-selectors.contract.ts'
import { describeHolds } from './contract/holds.contract.ts'
import { describeContentInspection } from './contract/inspect-contents.contract.ts'
import { describeCopyInspection } from './contract/inspect-copies.contract.ts'
import { describeIntentInspection } from './contract/inspect-intents.contract.ts'
import { describeMapInspection } from './contract/inspect-maps.contract.ts'
import { describeKeptBytes } from './contract/kept-bytes.contract.ts'
import { describeKeys } from './contract/keys.contract.ts'
import { describeLatestPlan } from './contract/latest-plan.contract.ts'
import { describeLists } from './contract/lists.contract.ts'
import { describeLookUps } from './contract/look-ups.contract.ts'
import { describeMixture } from './contract/mixture.contract.ts'
import { describeMoves } from './contract/moves.contract.ts'
import { describeNamedRequests } from './contract/named-requests.contract.ts'
import { describeOperations } from './contract/operations.contract.ts'
import { describePlans } from './contract/plans.contract.ts'
import { describePurgeHolds } from './contract/purge-holds.contract.ts'
import { describePurgeLeases } from './contract/purge-leases.contract.ts'
import { describePurgedContents } from './contract/purged-contents.contract.ts'
import { describePurges } from './contract/purges.contract.ts'
import type { OpenCatalog } from './contract/sample-uploads.fixture.ts'
import { describeSelections } from './contract/selections.contract.ts'
import { describeTenants } from './contract/tenants.contract.ts'
import { describeTotals } from './contract/totals.contract.ts'
import { describeUndos } from './contract/undos.contract.ts'
import { describeUploads } from './contract/uploads.contract.ts'
import { describeUsage } from './contract/usage.contract.ts'
import { describeWeights } from './contract/weights.contract.ts'

/** What every catalog must keep and find, whichever engine keeps its rows. `open` gives a new, empty one each time. */
export function describeRows(engine: string, open: OpenCatalog): void {
  describe(`a catalog in ${engine}`, () => {
    describeUploads(open)
    describeSelections(open)
    describeLists(open)
    describeLookUps(open)
    describeCopies(open)
    describeWeights(open)
    describeCopyInspection(open)
    describeContentInspection(open)
    describeMapInspection(open)
    describeGivenUpCopies(open)
    describeIntentInspection(open)
    describeKeys(open)
    describeAudit(open)
    describeTenants(open)
    describeUsage(open)
  })
}

/** How every catalog must let maps go and come back. */
export function describePassages(engine: string, open: OpenCatalog): void {
  describe(`a catalog in ${engine}`, () => {
    describeMoves(open)
    describeMixture(open)
    describePlans(open)
    describeLatestPlan(open)
    describeNamedRequests(open)
    describeDeletionLimits(open)
    describeHolds(open)
    describeHoldSelectors(open)
    describeUndos(open)
    describeTotals(open)
    describeOperations(open)
    describePurges(open)
    describePurgeHolds(open)
    describePurgedContents(open)
    describePurgeLeases(open)
    describeKeptBytes(open)
  })
}

/** What depends on how calls reach the engine: everything that is done by many at once. */
export function describeThreads(engine: string, open: OpenCatalog): void {
  describe(`a catalog in ${engine}`, () => {
    describeUploads(open)
    describeMoves(open)
    describePlans(open)
    describeLatestPlan(open)
    describeNamedRequests(open)
    describeDeletionLimits(open)
  })
}
