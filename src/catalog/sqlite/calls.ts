import { Problem, type ProblemCode, type Reason } from '../../domain/problem.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { Access } from './connection.ts'

/** What a catalog thread is started with. */
export interface ThreadSettings {
  readonly file: string
  readonly access: Access
}

/** A catalog method to be run in a thread. */
export interface Call {
  readonly number: number
  readonly method: keyof Catalog
  readonly args: readonly unknown[]
}

/** How it ended. */
export type Reply = { readonly number: number } & ({ readonly result: unknown } | { readonly failure: Failure })

/** An error in a form that crosses threads. */
export type Failure =
  | { readonly problem: { readonly code: ProblemCode; readonly reasons: readonly Reason[] } }
  | { readonly message: string; readonly stack: string | undefined }

/** Packs an error for its way between threads. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Problem) return { problem: { code: error.code, reasons: error.reasons } }
  if (error instanceof Error) return { message: error.message, stack: error.stack }
  return { message: String(error), stack: undefined }
}

/** Unpacks what {@link toFailure} packed. */
export function toError(failure: Failure): Error {
  if ('problem' in failure) return new Problem(failure.problem.code, failure.problem.reasons)
  const error = new Error(failure.message)
  if (failure.stack) error.stack = failure.stack
  return error
}
