import type { Selection } from '../../domain/selection.ts'
import type { SourceMap } from '../../domain/source-map.ts'
import type { Hold } from './hold-catalog.ts'

/** Whose maps, which of them, and in what state: the one thing that previews, deletions and restorations agree on. */
export interface Scope {
  readonly organization: number
  readonly selection: Selection
  readonly state: 'live' | 'deleted'
  /** Only maps that were there when this id was the highest of the organization. */
  readonly upTo?: number
  /** Without the maps that these holds keep. */
  readonly without?: readonly Hold[]
}

/** What some maps amount to, in bytes. */
export interface Totals {
  readonly count: number
  /** As uploaded. */
  readonly size: number
  /** Stored bytes of contents that no other map has; deleted maps count as others until they are purged. */
  readonly freedSize: number
  /** The rest of what they occupy. */
  readonly sharedSize: number
}

/**
 * A whole number that changes whenever a member comes, goes or moves: the sum of a mixture of each member's id and state version, which is
 * another one for each plan. It may be too long for a number.
 */
export type Trace = string

/** A map with the number its row's state has changed so far. */
export interface TracedMap extends SourceMap {
  readonly stateVersion: number
}

/** Maps of a scope, one page of many. */
export interface TracedPage {
  readonly maps: readonly TracedMap[]
  /** What these maps add to the trace. */
  readonly mix: number
  /** Missing on the last page. */
  readonly next?: PagePosition
}

/** A place in the pages of a scope; opaque to callers. */
export interface PagePosition {
  readonly strand: number
  readonly after: number
}

/** Maps that a hold kept. `ids`: packed id ranges. */
export interface Held {
  readonly hold: string
  readonly reason: string
  readonly ids: Uint8Array
}

/** What a scope holds at one moment. */
export interface Preview {
  readonly totals: Totals
  readonly trace: Trace
  readonly held: readonly Held[]
  /** Ids of the selection's id filter that match nothing, held or not. */
  readonly unmatched: readonly string[]
  /** The scope as it was then: later uploads lie outside, and so do the maps that holds kept. */
  readonly seen: Scope & { readonly upTo: number }
  /** All its maps in id order, when they are few. */
  readonly maps: readonly TracedMap[] | undefined
}

/** How a preview is taken. */
export interface PreviewTerms {
  /** Milliseconds since 1970; holds that have expired by then keep nothing. */
  readonly at: number
  /** Id of the plan to be: the trace depends on it. */
  readonly plan: string
}

/** A stored preview. Times are milliseconds since 1970. */
export interface Plan {
  readonly id: string
  readonly actor: string
  readonly to: 'live' | 'deleted'
  readonly scope: Scope & { readonly upTo: number }
  readonly count: number
  readonly trace: Trace
  readonly createdAt: number
  readonly expiresAt: number
}

/** A passage of maps from one state to another. */
export interface Passage {
  readonly to: 'live' | 'deleted'
  /** Id of the key that asked. */
  readonly actor: string
  /** Network address of the request, if it came by network. */
  readonly address: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number
  /** Until when what is deleted can be undone, milliseconds since 1970; counts for deletions only. */
  readonly undoUntil: number | undefined
  readonly reason: string | undefined
  /** Whether it was asked to go beyond the limit. */
  readonly forced: boolean
}

/** On what terms a passage is made. */
export interface Terms {
  /** The plan to be carried out; `latest` is the actor's newest plan of the same selection. */
  readonly plan?: string | 'latest' | undefined
  /** Most maps that may be deleted. */
  readonly limit?: number | undefined
  /**
   * The client's own name for this request: the actor's second request of that name gets the first one's answer or refusal, and when there
   * was none, because the first was lost, it reaches no map uploaded since.
   */
  readonly requestKey?: string | undefined
}

/** A finished passage. `members`: packed id ranges. */
export interface Moved {
  readonly operation: number
  readonly totals: Totals
  readonly members: Uint8Array
  readonly held: readonly Held[]
  /** Those of the given ids that are neither members nor held. */
  readonly unmatched: readonly string[]
  readonly undoUntil: number | undefined
  /** It had been made before; this is its answer once more. */
  readonly repeated: boolean
}

/** Why a passage was not made; nothing has changed. */
export type Unmoved =
  | { readonly refused: 'nothing' | 'unknown_plan' | 'other_selection' | 'other_request' | 'no_preview' }
  | { readonly refused: 'held'; readonly held: readonly Held[] }
  | { readonly refused: 'stale'; readonly planned: number; readonly now: number }
  | { readonly refused: 'too_many'; readonly count: number; readonly limit: number }

/** How many members an undo cannot reach. */
export interface Left {
  readonly purged: number
  /** A later operation moved them, and they belong to that one. */
  readonly movedOn: number
  readonly held: number
}

/** On what terms an operation is undone. */
export interface UndoTerms extends Pick<Terms, 'limit' | 'requestKey'> {
  /** Undo what can be undone and leave the rest. */
  readonly partial: boolean
}

/** A finished undo. */
export interface Undone extends Moved {
  readonly to: 'live' | 'deleted'
  readonly left: Left
}

/** Why an operation was not undone; nothing has changed. */
export type NotUndone =
  | { readonly refused: 'unknown_operation' | 'purge' | 'other_request' }
  | { readonly refused: 'too_many'; readonly count: number; readonly limit: number }
  /** `undoneBy`: the newest undo of the operation, if there is one. */
  | { readonly refused: 'left'; readonly undoable: number; readonly left: Left; readonly undoneBy: number | undefined }

/** Rows on their way between live and deleted. */
export interface PassageCatalog {
  /** For previews: the whole answer when the scope holds at most `limit` maps that no hold keeps; otherwise nothing. */
  previewFew(scope: Scope, terms: PreviewTerms, limit: number): Promise<Preview | undefined>
  /** For previews of many: one pass over the scope. */
  previewMany(scope: Scope, terms: PreviewTerms): Promise<Preview>
  /** For previews of many: the next maps of a scope as a preview for a plan saw it. */
  page(scope: Scope, walk: { readonly plan: string; readonly from?: PagePosition | undefined }): Promise<TracedPage>
  /** When a preview is about to be answered. It outlives a crash of the process; a power cut may take it, and then it is unknown. */
  storePlan(plan: Plan): Promise<void>
  /** In the background: forgets plans that had expired by `at`, names of requests that were refused a week before, and periods of rate limits that are over, at most `limit` of each; says how many at most. */
  forgetPlans(at: number, limit: number): Promise<number>
  /** The one way maps change between live and deleted, but for {@link undo}: all of the scope at once, as one operation. */
  move(scope: Scope, passage: Passage, terms: Terms): Promise<Moved | Unmoved>
  /** Reverses an operation: exactly those of its members that it still is the last one of. The passage's `to` follows from the operation. */
  undo(target: { organization: number; operation: number }, passage: Omit<Passage, 'to'>, terms: UndoTerms): Promise<Undone | NotUndone>
  /** After a passage, for its answer: those of these maps that the operation still is the last one of; without an operation, all of them. */
  membersOf(organization: number, operation: number | undefined, ids: readonly number[]): Promise<readonly SourceMap[]>
}
