import type { Kind } from './kinds.ts'
import type { State } from './source-map.ts'

const lost = 'given up, so that an upload brings them back'

/**
 * What an inspection of the stores may find: what it is called, and what a repair does about it; null where nothing can be done. A repair
 * that leaves maps without bytes `ends` nothing: these are told as contents without a copy from then on.
 */
export const findingKinds = {
  missing_bytes: { title: 'missing bytes', repair: lost, ends: false },
  wrong_length: { title: 'bytes of a wrong length', repair: `${lost}; moved to the quarantine`, ends: false },
  damaged_bytes: { title: 'damaged bytes', repair: `${lost}; moved to the quarantine`, ends: false },
  missing_copy: { title: 'contents without a copy', repair: null },
  missing_files: { title: 'maps without files that their kind requires', repair: null },
  unreferenced_bytes: { title: 'unreferenced bytes', repair: 'moved to the quarantine' },
  wrong_reference_count: { title: 'wrong reference counts', repair: 'counted anew' },
  wrong_weight: { title: 'wrong sizes of maps', repair: 'summed anew' },
  interrupted_upload: { title: 'interrupted uploads', repair: 'ended; their copies go in the background' },
  unfinished_copy: { title: 'unfinished copies', repair: 'condemned; they go in the background' },
  temporary_file: { title: 'forgotten temporary files', repair: 'moved to the quarantine' },
} as const satisfies Record<string, { readonly title: string; readonly repair: string | null; readonly ends?: false }>

/** The name of a sort of finding. */
export type FindingKind = keyof typeof findingKinds

/** All sorts of findings, the worst first. */
export const findingNames = Object.keys(findingKinds) as FindingKind[]

/** A map that needs a content. */
export interface NeedingMap {
  readonly id: number
  readonly kind: Kind
  readonly service: string | undefined
  readonly version: string | undefined
  readonly state: State
}

/** One thing that is not as it should be. */
export interface Finding {
  readonly kind: FindingKind
  /** What is wrong, in words. */
  readonly detail: string
  /** The name of the organization it belongs to; nothing when it is nobody's. */
  readonly organization: string | undefined
  readonly digest: string | undefined
  /** Where it lies below the folder of the blobs. */
  readonly file: string | undefined
  /** Some of the maps that need what is lost, the newest first. */
  readonly maps: readonly NeedingMap[]
  /** How many maps need it in all. */
  readonly mapCount: number
  readonly repaired: boolean
}

/** How much has been looked at. */
export interface Inspected {
  copies: number
  /** Copies that were decoded and hashed, and their bytes on disk. */
  verifiedCopies: number
  verifiedSize: number
  files: number
  /** Files among the copies that no mapkeep can have put there; left alone. */
  foreignFiles: number
  contents: number
  maps: number
  intents: number
  temporaryFiles: number
}

/** The outcome of an inspection. */
export interface InspectionReport {
  /** Whether a server was running, so that only old leftovers count as such. */
  readonly besideServer: boolean
  readonly checked: Readonly<Inspected>
  /** A bounded number of each sort; the counts are of all. */
  readonly findings: readonly Finding[]
  readonly counts: Readonly<Record<FindingKind, number>>
  readonly repaired: Readonly<Record<FindingKind, number>>
  /** Where bytes were moved to, below the folder of the blobs; nothing when none were. */
  readonly quarantine: string | undefined
}

/** How far an inspection has come; `total` is not known of everything. */
export interface InspectionProgress {
  readonly step: string
  readonly done: number
  readonly total: number | undefined
}

/** How many findings are left as they were found. */
export function remaining({ counts, repaired }: Pick<InspectionReport, 'counts' | 'repaired'>): number {
  return findingNames.reduce((sum, name) => sum + counts[name] - repaired[name], 0)
}
