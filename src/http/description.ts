import type { ProblemCode } from '../domain/problem.ts'

/** A JSON Schema (2020-12), as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>

/** One parameter of a route, for people and programs that read the contract. */
export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path' | 'header'
  readonly required: boolean
  readonly description: string
  readonly schema: Schema
  /** The key is repeated for further values (`filter[id]=5&filter[id]=6`), never comma-joined. */
  readonly repeated?: true
  readonly example?: unknown
}

/** What a route reads from the body of a request. */
export interface BodyDescription {
  readonly contentTypes: readonly string[]
  readonly required: boolean
  readonly description?: string
  readonly schema: Schema
  readonly example?: unknown
}

/** One success of a route. */
export interface AnswerDescription {
  readonly status: number
  readonly description: string
  /** `application/json` unless said otherwise. */
  readonly contentType?: string
  /** Nothing for an answer without a body. */
  readonly schema?: Schema
  readonly example?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** All that openapi.json says of a route and cannot read from its other members. */
export interface Description {
  readonly operationId: string
  readonly tag: 'Source maps' | 'Upload' | 'Keys' | 'Mapkeep' | 'Running'
  readonly summary: string
  readonly text: string
  readonly parameters?: readonly Parameter[]
  readonly body?: BodyDescription
  readonly answers: readonly AnswerDescription[]
  /** Refusals the route itself knows, beside those of credentials, permission, rate limit and faults. */
  readonly refusals?: readonly ProblemCode[]
}
