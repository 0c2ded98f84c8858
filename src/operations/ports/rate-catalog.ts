/** Requests of someone that are to be counted together, wherever they come in. Times are milliseconds. */
export interface Draw {
  /** A key or an address. */
  readonly who: string
  readonly family: string
  /** How many requests a server may let in before it asks again. */
  readonly count: number
  readonly period: number
  /** Since 1970. */
  readonly at: number
}

/** What came of it. */
export interface Drawn {
  /** How many were drawn in this period before, by all servers. */
  readonly before: number
  /** When the period ends, milliseconds since 1970. */
  readonly until: number
}

/** Counters that many servers share. */
export interface RateCatalog {
  /** When a server has let in as many as it drew: draws more, in a new period when the last one has ended. */
  drawRequests(draw: Draw): Promise<Drawn>
}
