import type { Unmoved } from '../operations/ports/passage-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { lastId } from './last-id.ts'
import { heldFromText, heldToText } from './record-operation.ts'
import type { RequestTable } from './schema.ts'

/** A request that its client has given a name. */
export interface NamedRequest {
  readonly organization: number
  readonly actor: string
  readonly key: string
  /** What it asks for. */
  readonly request: string
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * Notes a named request when it first comes, before anything is decided: whatever becomes of it, a second one of that name reaches no
 * map that was uploaded later.
 */
export function noteRequest(db: Db, engine: Engine, { organization, actor, key, request, at }: NamedRequest): Promise<void> {
  return engine.relaxed(db, async each => {
    const mark = await lastId(each, organization)
    await each
      .insertInto('request')
      .values({ organization, actor, key, request, mark, refusal: null, at })
      .onConflict(conflict => conflict.doNothing())
      .execute()
  })
}

/** What is known of a named request. */
export async function findRequest(trx: Db, { organization, actor, key }: NamedRequest): Promise<RequestTable> {
  return trx
    .selectFrom('request')
    .selectAll()
    .where('organization', '=', organization)
    .where('actor', '=', actor)
    .where('key', '=', key)
    .executeTakeFirstOrThrow()
}

/** Keeps a refusal, so that a second request of the name is told the same. */
export async function keepRefusal(trx: Db, { organization, actor, key }: NamedRequest, refused: Unmoved): Promise<void> {
  const told = 'held' in refused ? { ...refused, held: heldToText(refused.held) } : refused
  await trx
    .updateTable('request')
    .set({ refusal: JSON.stringify(told) })
    .where('organization', '=', organization)
    .where('actor', '=', actor)
    .where('key', '=', key)
    .execute()
}

/** A kept refusal. */
export function toRefusal(text: string): Unmoved {
  const told = JSON.parse(text)
  return 'held' in told ? { ...told, held: heldFromText(told.held) } : told
}

/** Forgets names that were noted before a time; operations keep theirs. */
export async function forgetRequests(db: Db, before: number, limit: number): Promise<number> {
  const old = await db.selectFrom('request').select(['organization', 'actor', 'key']).where('at', '<', before).limit(limit).execute()
  for (const { organization, actor, key } of old)
    await db.deleteFrom('request').where('organization', '=', organization).where('actor', '=', actor).where('key', '=', key).execute()
  return old.length
}
