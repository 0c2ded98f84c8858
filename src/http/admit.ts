import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../domain/problem.ts'
import { authenticate, authenticateUploader, type Principal, requirePermission } from '../operations/authenticate.ts'
import { askerOf } from './asker.ts'
import { readCredentials } from './credentials.ts'
import type { KeyUsage } from './key-usage.ts'
import type { Parts } from './parts.ts'
import type { RateLimits, Standing } from './rate-limits.ts'
import type { Asked, Route } from './route.ts'

/** What a server has once for all its requests: what it stands on, and what decides who may come in. */
export interface Gate extends Pick<Asked, 'readiness' | 'contract'> {
  readonly parts: Parts
  readonly rateLimits: RateLimits
  readonly usage: KeyUsage
}

/** One request at the gate. What is found out is noted here, since a refusal needs the standing, too. */
export interface Visit {
  readonly route: Route
  readonly headers: IncomingHttpHeaders
  readonly address: string
  /** Milliseconds since 1970. */
  readonly at: number
  standing?: Standing | undefined
  principal?: Principal
}

const readOnlyText = 'This server only answers reads for now (MAPKEEP_READ_ONLY); what changes something has to wait'

/** Lets a request in: keys first, then the rate limit of its key, then the permission; throws a Problem otherwise. */
export async function admit(gate: Gate, visit: Visit): Promise<void> {
  const { route } = visit
  if (route.credentials === 'none') return countRequest(gate, visit, askerOf(visit.address))
  const principal = await identify(gate, visit)
  visit.principal = principal
  gate.usage.note(principal.keyId, visit.at)
  await countRequest(gate, visit, principal.keyId)
  if (route.permission) requirePermission(principal, route.permission)
  if (gate.parts.settings.readOnly && route.method !== 'GET' && !route.onlyReads) throw new Problem('unavailable', readOnlyText)
}

async function identify(gate: Gate, visit: Visit): Promise<Principal> {
  const credentials = readCredentials(visit.headers)
  const prove = visit.route.credentials === 'upload' ? authenticateUploader : authenticate
  try {
    return await prove(gate.parts.catalog, credentials, visit.at)
  } catch (error) {
    // Those without a valid key share the limit of their address, so that guessing keys is bounded and nobody's key pays for it
    if (error instanceof Problem) await countRequest(gate, visit, askerOf(visit.address))
    throw error
  }
}

async function countRequest({ rateLimits }: Gate, visit: Visit, who: string): Promise<void> {
  if (!visit.route.family) return
  visit.standing = await rateLimits(visit.route.family, who)
  if (visit.standing?.exceeded) throw new Problem('too_many_requests', 'Too many requests')
}
