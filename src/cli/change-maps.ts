import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Call, Client } from './client.ts'
import { exitCodes, Failure } from './failure.ts'
import { receiveMaps } from './receive-maps.ts'
import { Refusal } from './refusal.ts'
import { BrokenAnswer } from './split-answer.ts'
import type { MapsSummary } from './summarize-maps.ts'
import { print, type Terminal } from './terminal.ts'

/** Milliseconds before each further attempt. */
const pauses = [500, 1500, 4000]

/** Refusals by which the server would not hide a change that an earlier attempt has made. */
const sure = new Set([400, 404, 409])

/** How a change is asked for. */
export interface ChangeCall {
  readonly client: Client
  readonly call: Call
  /** Copy the answer to stdout. */
  readonly json: boolean
}

/**
 * Makes a change under a name of its own, and asks for it again when the answer is lost: a server that has made it under this
 * name repeats its answer, so that no attempt can do more than the first would have.
 */
export async function changeMaps(terminal: Terminal, { client, call, json }: ChangeCall): Promise<MapsSummary> {
  const named = { ...call, headers: { ...call.headers, 'idempotency-key': randomUUID() } }
  for (let attempt = 0; ; attempt++) {
    try {
      return await receiveMaps(terminal, () => client(named), { json })
    } catch (error) {
      if (isAnswer(error, attempt)) throw error
      const pause = pauses[attempt]
      if (!isLost(error) || pause === undefined) throw withDoubt(error as Error)
      print(terminal, `mapkeep: ${error.message}; asking again in ${pause / 1000} s, which cannot change more`, 'errors')
      await sleep(pause)
    }
  }
}

function isLost(error: unknown): error is Error {
  if (error instanceof BrokenAnswer) return true
  if (error instanceof Refusal) return error.status >= 500
  return error instanceof Failure && error.exitCode === exitCodes.unreachable
}

/** Whether it is known that nothing was done: a first refusal, or one that no later attempt could bring about. */
function isAnswer(error: unknown, attempt: number): boolean {
  return error instanceof Refusal && error.status < 500 && (attempt === 0 || sure.has(error.status))
}

function withDoubt(error: Error): Failure {
  const reason = isLost(error) && !(error instanceof Refusal) ? 'unreachable' : 'refused'
  return new Failure(reason, [error.message, 'the change may have been made all the same; look with: mapkeep operations'])
}
