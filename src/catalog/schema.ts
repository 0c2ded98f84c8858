import type { FieldName } from '../domain/fields.ts'
import type { Kind } from '../domain/kinds.ts'
import type { State } from '../domain/source-map.ts'
import type { AuditAction } from '../operations/ports/audit-catalog.ts'
import type { Codec } from '../operations/ports/blob-store.ts'
import type { KeyType } from '../operations/ports/key-catalog.ts'

/** A column for each attribute a map can carry. */
type FieldColumns = { [name in FieldName]: string | null }

/** Times are milliseconds since 1970, sizes bytes, flags 0 or 1; the migrations say what each table is for. */
export interface SourceMapTable extends FieldColumns {
  organization: number
  id: number
  kind: Kind
  size: number
  created_at: number
  declared_at: number
  state_version: number
  deleted_at: number | null
  purged_at: number | null
  last_operation: number | null
  identity: string
  content: string
  overwrite: number
  uploader: string
  repository_url: string | null
  repository_commit: string | null
  own_size: number
  shared_contents: number
  purge_operation: number | null
}

export interface OrganizationTable {
  number: number
  uuid: string
  name: string
  created_at: number
  last_map_id: number
  last_map_at: number
}

export interface AccessKeyTable {
  id: string
  organization: number
  type: KeyType
  name: string
  creator: string
  permissions: string
  created_at: number
  last_used_at: number | null
  expires_at: number | null
  revoked_at: number | null
  hash: string
}

export interface SourceMapFileTable {
  organization: number
  id: number
  part: string
  file_name: string | null
  digest: string
  size: number
}

export interface BlobTable {
  organization: number
  digest: string
  size: number
  reference_count: number
  generation: string | null
}

export interface BlobCopyTable {
  organization: number
  digest: string
  generation: string
  codec: Codec
  stored_size: number
  state: 'reserved' | 'stored' | 'condemned'
  settled: number
  condemned_at: number | null
}

export interface UploadIntentTable {
  number: number
  organization: number
  digest: string
  generation: string | null
  started_at: number
}

export interface OperationTable {
  organization: number
  number: number
  kind: 'deletion' | 'restoration' | 'undo' | 'purge'
  to_state: State
  of_operation: number | null
  actor: string
  address: string | null
  at: number
  undo_until: number | null
  reason: string | null
  selection: string
  count: number
  size: number
  freed_size: number
  shared_size: number
  members: string
  held: string
  left_members: string | null
  plan: string | null
  request_key: string | null
  request: string | null
  forced: number
  unpurged: number
}

export interface PlanTable {
  organization: number
  id: string
  actor: string
  to_state: 'live' | 'deleted'
  request: string
  mark: number
  count: number
  trace: string
  created_at: number
  expires_at: number
}

export interface RequestTable {
  organization: number
  actor: string
  key: string
  request: string
  mark: number
  refusal: string | null
  at: number
}

export interface HoldTable {
  organization: number
  id: string
  kind: Kind | null
  service: string | null
  version: string | null
  by_ids: number
  reason: string
  owner: string
  created_by: string
  created_at: number
  expires_at: number | null
  released_at: number | null
}

export interface AuditEventTable {
  organization: number
  at: number
  id: string
  action: AuditAction
  actor: string
  address: string | null
  subject: string | null
  detail: string
}

export interface TransferTable {
  source: string
  blobs: string
  run: string
  fingerprint: string
  reached: string | null
  begun_at: number
  finished_at: number | null
}

/** All tables of the catalog. */
export interface Schema {
  installation: { id: string; created_at: number }
  organization: OrganizationTable
  access_key: AccessKeyTable
  source_map: SourceMapTable
  source_map_event: { organization: number; id: number; event: string }
  source_map_uuid: { organization: number; uuid: string; id: number }
  source_map_file: SourceMapFileTable
  shared_content: { organization: number; id: number; digest: string }
  blob: BlobTable
  blob_copy: BlobCopyTable
  upload_intent: UploadIntentTable
  operation: OperationTable
  plan: PlanTable
  request: RequestTable
  hold: HoldTable
  hold_map: { organization: number; hold: string; id: number }
  audit_event: AuditEventTable
  lease: { name: string; holder: string; until: number }
  transfer: TransferTable
  rate_window: { who: string; family: string; used: number; until: number }
}
