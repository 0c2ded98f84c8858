import type { UsageGroup } from '../../domain/usage-groups.ts'

/** What one group of maps takes. Sizes are bytes. */
export interface Usage {
  /** The values of the asked groups; nothing for maps without that attribute. */
  readonly group: { readonly [name in UsageGroup]?: string | undefined }
  /** What the key of the group `uploader` is called, as long as it is known. */
  readonly uploaderName: string | undefined
  /** Live maps. */
  readonly maps: number
  /** As uploaded, of live maps. */
  readonly size: number
  /** On disk, of live and deleted maps; a content of several maps is charged to them in equal parts, the odd bytes to the oldest. */
  readonly storedSize: number
  readonly deletedMaps: number
  /** The part of the stored bytes that deleted maps take until they are purged. */
  readonly waitingSize: number
  /** Stored bytes of the maps uploaded since the given time. */
  readonly recentSize: number
}

/** What the maps of one organization take. */
export interface GroupedUsage {
  /** Every group there is; the stored sizes add up to exactly what the organization stores. */
  readonly groups: readonly Usage[]
  /** When its first map was uploaded, milliseconds since 1970; nothing when there is none. */
  readonly firstUploadAt: number | undefined
}

/** What all organizations take together. Sizes are bytes. */
export interface StoredBytes {
  /** Bytes of all current copies that maps refer to. */
  readonly storedSize: number
  /** The part that deleted maps alone refer to. */
  readonly waitingSize: number
  /** Stored bytes of contents that came with maps uploaded since the given time. */
  readonly recentSize: number
  /** When the first map was uploaded, milliseconds since 1970; nothing when there is none. */
  readonly firstUploadAt: number | undefined
}

/** Rows summed up. */
export interface UsageCatalog {
  /** When somebody asks what their organization stores. `since`: milliseconds since 1970. */
  usage(organization: number, by: readonly UsageGroup[], since: number): Promise<GroupedUsage>
  /** For the operator alone, since it tells of everyone. */
  storedBytes(since: number): Promise<StoredBytes>
}
