import type { Item } from '../domain/source-map.ts'

/** What maps amount to, in bytes. */
export interface AnsweredTotals {
  readonly count: number
  /** As uploaded. */
  readonly size: number
  /** Stored bytes that no other map has. */
  readonly freed_size?: number
  /** The rest of what they occupy. */
  readonly shared_size?: number
}

/** A map that a hold kept. */
export interface HeldMap {
  readonly id: string
  readonly hold: string
  readonly reason: string
}

/** How many maps an undo left, and why. */
export interface Left {
  readonly purged?: number
  readonly moved_on?: number
  readonly held?: number
}

/** What an answer says beside its items. */
export interface Envelope {
  readonly meta?: {
    readonly totals?: AnsweredTotals
    readonly plan?: { readonly id: string; readonly expires_at: string }
    readonly operation?: { readonly id: string; readonly undo_until?: string | null }
    readonly held?: readonly HeldMap[]
    readonly left?: Left
    readonly unmatched?: readonly string[]
    readonly page?: { readonly has_more_results?: boolean; readonly next_cursor?: string | null; readonly total_filtered_count?: number }
  }
}

/** An answer did not come to its end. */
export class BrokenAnswer extends Error {
  constructor() {
    super('the answer broke off')
    this.name = 'BrokenAnswer'
  }
}

interface Scan {
  depth: number
  inString: boolean
  escaped: boolean
  inItems: boolean
  item: string
  rest: string
}

/** Reads an answer `{"data": [item…], …}` of any length as it comes, holding one item at a time; throws {@link BrokenAnswer}. */
export async function splitAnswer(body: AsyncIterable<Uint8Array>, onItem: (item: Item) => void): Promise<Envelope> {
  const scan: Scan = { depth: 0, inString: false, escaped: false, inItems: false, item: '', rest: '' }
  const decoder = new TextDecoder()
  for await (const bytes of body) feed(scan, decoder.decode(bytes, { stream: true }), onItem)
  if (scan.depth !== 0 || scan.rest.trim() === '') throw new BrokenAnswer()
  return JSON.parse(scan.rest) as Envelope
}

function feed(scan: Scan, text: string, onItem: (item: Item) => void): void {
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]
    if (scan.escaped) scan.escaped = false
    else if (scan.inString) {
      if (mark === '\\') scan.escaped = true
      else if (mark === '"') scan.inString = false
    } else if (mark === '"') scan.inString = true
    else if (mark === '{' || mark === '[') from = open(scan, text, { from, at })
    else if (mark === '}' || mark === ']') from = close(scan, text, { from, at, onItem })
  }
  if (!scan.inItems) scan.rest += text.slice(from)
  else if (scan.depth > 2) scan.item += text.slice(from)
}

function open(scan: Scan, text: string, { from, at }: { from: number; at: number }): number {
  scan.depth++
  if (scan.inItems) return scan.depth === 3 ? at : from
  if (scan.depth !== 2 || text[at] !== '[' || !/"data"\s*:\s*$/.test(scan.rest.slice(-100) + text.slice(from, at))) return from
  scan.rest += text.slice(from, at + 1)
  scan.inItems = true
  return at + 1
}

function close(scan: Scan, text: string, { from, at, onItem }: { from: number; at: number; onItem: (item: Item) => void }): number {
  scan.depth--
  if (!scan.inItems || scan.depth > 2) return from
  if (scan.depth === 2) {
    onItem(JSON.parse(scan.item + text.slice(from, at + 1)) as Item)
    scan.item = ''
    return at + 1
  }
  scan.inItems = false
  return at
}
