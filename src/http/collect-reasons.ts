import { Problem, type Reason } from '../domain/problem.ts'

/** Runs one of several checks of a request: its refusal joins the reasons, so that all of them are answered at once. */
export function collectReasons<T>(reasons: Reason[], check: () => T): T | undefined {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'bad_request') throw error
    reasons.push(...error.reasons)
    return undefined
  }
}
