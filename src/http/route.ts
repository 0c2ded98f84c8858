import type { IncomingMessage } from 'node:http'
import type { Permission } from '../domain/permissions.ts'
import type { Query } from '../domain/selection.ts'
import type { Principal } from '../operations/authenticate.ts'
import type { AuditAction } from '../operations/ports/audit-catalog.ts'
import type { Answer } from './answer.ts'
import type { Description } from './description.ts'
import type { Asset } from './docs/assets.ts'
import type { Parts } from './parts.ts'
import type { Readiness } from './readiness.ts'

/** An entry of the audit trail about a refusal. */
export type RefusalAction = Extract<AuditAction, `${string}.refused`>

/** Requests that share one rate limit. */
export type RateFamily = 'read' | 'delete' | 'upload'

/** How refusals look: JSON:API objects, or plain strings. `wire:` wire-api section 10; a 429 is always strings. */
export type ErrorShape = 'objects' | 'strings'

/** What a handler gets of a request. */
export interface Asked {
  readonly parts: Parts
  readonly readiness: Readiness
  /** The document that describes every route. */
  readonly contract: () => Asset
  /** The query as ordered pairs; throws Problem `bad_request` for a broken encoding. */
  query(): Query
  /** The body as JSON, at most 1 MiB; throws a Problem when it is none. */
  json(): Promise<unknown>
  /** The values of the path's `:names`. */
  readonly path: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
  readonly incoming: IncomingMessage
  readonly address: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/** What the handler of a route with credentials gets. */
export interface AskedBy extends Asked {
  readonly principal: Principal
}

interface RouteFacts {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Fastify pattern; `:name` stands for one segment. */
  readonly path: string
  /** Whose rate limit a request counts against; none is unlimited. */
  readonly family?: RateFamily
  readonly errors: ErrorShape
  /** Whether it changes nothing though its method looks like it. */
  readonly onlyReads?: true
  /** How the audit trail calls a request of a known key that is refused here; without it none is kept. */
  readonly refusedAs?: RefusalAction
  readonly description: Description
}

/** A route that anyone may use. */
export interface OpenRoute extends RouteFacts {
  readonly credentials: 'none'
  readonly handle: (asked: Asked) => Promise<Answer>
}

/**
 * A route that needs keys. `upload`: the API key alone, and a bad one is 403, because datadog-ci knows a bad key by 403 only;
 * `keys`: API key and application key, or a bearer, and bad ones are 401.
 */
export interface KeyedRoute extends RouteFacts {
  readonly credentials: 'upload' | 'keys'
  readonly permission?: Permission
  readonly handle: (asked: AskedBy) => Promise<Answer>
}

/** One endpoint: everything the server and the contract need to know of it. */
export type Route = OpenRoute | KeyedRoute
