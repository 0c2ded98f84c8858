import type { NeedingMap } from '../../domain/inspection.ts'
import type { Kind } from '../../domain/kinds.ts'
import type { CopyName } from './blob-store.ts'

/** A copy as the catalog knows it. */
export interface KnownCopy {
  readonly name: CopyName
  readonly state: 'reserved' | 'stored' | 'condemned'
  /** Bytes on disk that it should have. */
  readonly storedSize: number
  /** Whether look-ups read this copy. */
  readonly current: boolean
  /** Maps that refer to the content. */
  readonly references: number
}

/** What tells one content from every other. */
export interface ContentName {
  readonly organization: number
  readonly digest: string
}

/** A content whose rows do not agree with the maps that have it. */
export interface WrongCount extends ContentName {
  /** Unpurged maps that have it. */
  readonly counted: number
  /** Nothing when the content has no row at all. */
  readonly recorded: number | undefined
  /** Whether maps need it and no stored copy of it is current. */
  readonly withoutCopy: boolean
}

/** What tells one map from every other. */
export interface MapName {
  readonly organization: number
  readonly id: number
}

/** An unpurged map that must have had more files than the catalog knows. */
export interface IncompleteMap extends MapName {
  readonly kind: Kind
  /** The parts that are lacking. */
  readonly lacks: readonly string[]
}

/** A part of the rows that has been looked through. */
export interface Stretch<Wrong, Name> {
  readonly wrong: readonly Wrong[]
  /** How many rows were looked at. */
  readonly looked: number
  /** Where to go on; nothing at the end. */
  readonly next: Name | undefined
}

/** An upload that was declared and has not ended. */
export interface OpenIntent {
  readonly number: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
}

/** Rows under examination; each answer is true of one moment, also beside a running server. */
export interface InspectionCatalog {
  /** How many copies there are, for progress. */
  countCopies(): Promise<number>
  /** Copies in the order of their names, those after one. */
  knownCopies(after: CopyName | undefined, limit: number): Promise<readonly KnownCopy[]>
  /** What the catalog knows of these copies now, in any state; those it does not know are left out. */
  copiesNamed(names: readonly CopyName[]): Promise<readonly KnownCopy[]>
  /** Contents with wrong reference counts or without a copy, among the next `limit` contents. */
  wrongCounts(after: ContentName | undefined, limit: number): Promise<Stretch<WrongCount, ContentName>>
  /** Unpurged maps whose own facts about stored bytes are out of step with their contents, among the next `limit` maps. */
  wrongWeights(after: MapName | undefined, limit: number): Promise<Stretch<MapName, MapName>>
  /** Some of the unpurged maps that have a content, the newest first. */
  mapsWith(content: ContentName, limit: number): Promise<readonly NeedingMap[]>
  /** Unpurged maps without rows of files that their kind requires, among the next `limit` maps. */
  incompleteMaps(after: MapName | undefined, limit: number): Promise<Stretch<IncompleteMap, MapName>>
  /** Gives up stored copies whose files are gone or in quarantine: the next upload of their content writes it, and all maps have it again. */
  giveUpCopies(names: readonly CopyName[]): Promise<void>
  /**
   * Counts the references of these contents anew; says how many were wrong. A content that no map seems to have is left as it is: the rows
   * of its files may be what is lost, and a count of nothing would have its bytes removed.
   */
  repairCounts(contents: readonly ContentName[]): Promise<number>
  /** Sums anew what these maps occupy. */
  repairWeights(maps: readonly MapName[]): Promise<void>
  /** Intents that were opened up to a time (milliseconds since 1970), in the order of their numbers, those after one. */
  intentsUpTo(at: number, after: number | undefined, limit: number): Promise<readonly OpenIntent[]>
  /** Ends intents that nobody will end; their copies are condemned. */
  endIntents(numbers: readonly number[]): Promise<void>
  /** Reserved copies that belong to no intent, in the order of their names, those after one: those of compressions. */
  strayReservations(after: CopyName | undefined, limit: number): Promise<readonly CopyName[]>
}
