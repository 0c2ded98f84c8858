import type { InspectionCatalog } from '../operations/ports/inspection-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { contentInspection } from './inspect-contents.ts'
import { copyInspection } from './inspect-copies.ts'
import { intentInspection } from './inspect-intents.ts'
import { mapInspection } from './inspect-maps.ts'

/** Rows under examination. */
export function inspection(db: Db, engine: Engine): InspectionCatalog {
  return { ...copyInspection(db, engine), ...contentInspection(db, engine), ...mapInspection(db, engine), ...intentInspection(db) }
}
