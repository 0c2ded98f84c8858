import type { TestContext } from 'node:test'
import type { BlobInspection } from '../../operations/ports/blob-inspection.ts'
import type { BlobStore } from '../../operations/ports/blob-store.ts'

/** A store under test. `names`: all it holds, temporary things included, each beginning with its organization. */
export interface StoreUnderTest {
  readonly store: BlobStore
  /** Of the same bytes. */
  readonly inspection: BlobInspection
  names(): Promise<readonly string[]>
}

/** Gives an empty store that is gone when the test ends. */
export type OpenStore = (t: TestContext) => Promise<StoreUnderTest>
