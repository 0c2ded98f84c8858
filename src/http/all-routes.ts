import type { Route } from './route.ts'
import { audit } from './routes/audit.ts'
import { checkExists } from './routes/check-exists.ts'
import { createKey } from './routes/create-key.ts'
import { deleteAnyKind } from './routes/delete-any-kind.ts'
import { deleteSourcemaps } from './routes/delete-sourcemaps.ts'
import { docs } from './routes/docs.ts'
import { docsFile } from './routes/docs-file.ts'
import { getSourcemap } from './routes/get-sourcemap.ts'
import { health } from './routes/health.ts'
import { listAnyKind } from './routes/list-any-kind.ts'
import { listDeleted } from './routes/list-deleted.ts'
import { listHolds } from './routes/list-holds.ts'
import { listKeys } from './routes/list-keys.ts'
import { listOperations } from './routes/list-operations.ts'
import { listSourcemaps } from './routes/list-sourcemaps.ts'
import { mapDetail } from './routes/map-detail.ts'
import { mapFile } from './routes/map-file.ts'
import { metrics } from './routes/metrics.ts'
import { openApiJson } from './routes/openapi-json.ts'
import { operationDetail } from './routes/operation-detail.ts'
import { placeHold } from './routes/place-hold.ts'
import { querySymbols } from './routes/query-symbols.ts'
import { ready } from './routes/ready.ts'
import { releaseHold } from './routes/release-hold.ts'
import { restoreAnyKind } from './routes/restore-any-kind.ts'
import { restoreSourcemaps } from './routes/restore-sourcemaps.ts'
import { revokeKey } from './routes/revoke-key.ts'
import { series } from './routes/series.ts'
import { serviceRepositoryInfo } from './routes/service-repository-info.ts'
import { undoOperation } from './routes/undo-operation.ts'
import { uploads } from './routes/upload.ts'
import { usage } from './routes/usage.ts'
import { validate } from './routes/validate.ts'
import { validateKeys } from './routes/validate-keys.ts'
import { validateV2 } from './routes/validate-v2.ts'

/** Every endpoint, in the order of the contract. */
export const allRoutes: readonly Route[] = [
  deleteSourcemaps,
  restoreSourcemaps,
  listSourcemaps,
  getSourcemap,
  serviceRepositoryInfo,
  ...uploads,
  checkExists,
  querySymbols,
  ...series,
  validate,
  validateV2,
  validateKeys,
  listAnyKind,
  deleteAnyKind,
  restoreAnyKind,
  mapDetail,
  mapFile,
  listDeleted,
  listOperations,
  operationDetail,
  undoOperation,
  listHolds,
  placeHold,
  releaseHold,
  usage,
  audit,
  listKeys,
  createKey,
  revokeKey,
  health,
  ready,
  metrics,
  openApiJson,
  docs,
  docsFile,
]
