import { eventText } from '../domain/event.ts'
import { kind, kindNames } from '../domain/kinds.ts'
import { Problem } from '../domain/problem.ts'
import type { FileReceiver, ReceivedFile } from './file-receiver.ts'
import { findRepository, gitMembers } from './find-repository.ts'
import type { IntakeLimits } from './limits.ts'
import { collect, collectIfSmall, drain, upTo } from './part-bytes.ts'
import { readEvent, type SentEvent } from './read-event.ts'
import type { Part } from './read-parts.ts'

/** What has been taken of an upload so far. */
export interface ReceivedParts<S> {
  event: SentEvent | undefined
  readonly fields: Map<string, string>
  /** Without bytes when there were too many of them. */
  repository: { readonly fileName: string | undefined; readonly bytes: Buffer | undefined } | undefined
  readonly files: ReceivedFile<S>[]
  /** Names of the parts that count, each of which may come once. */
  readonly names: Set<string>
}

/** A part and everything needed to take it. */
interface Taking<S> {
  readonly part: Part
  readonly parts: ReceivedParts<S>
  readonly receiver: FileReceiver<S>
  readonly limits: IntakeLimits
}

/** Takes the parts of one upload. What to do with a part is decided by its name alone; a part nobody knows is let go by. */
export function takeParts<S>(context: Omit<Taking<S>, 'part'>): (part: Part) => Promise<void> {
  return async part => {
    const take = takerOf<S>(part.name)
    if (!take) return drain(part)
    const { names } = context.parts
    if (names.has(part.name)) throw new Problem('bad_request', `Part ${part.name} must be sent once`)
    names.add(part.name)
    await take({ ...context, part })
  }
}

function takerOf<S>(name: string): ((taking: Taking<S>) => Promise<void>) | undefined {
  if (name === 'event') return takeEvent
  if (name === 'repository') return takeRepository
  if (gitMembers.some(member => member === name)) return takeField
  return kindNames.some(each => kind(each).parts.includes(name)) ? takeFile : undefined
}

async function takeEvent<S>({ part, parts, limits }: Taking<S>): Promise<void> {
  parts.event = readEvent(await collect(upTo(part, limits.eventBytes)))
}

async function takeField<S>({ part, parts, limits }: Taking<S>): Promise<void> {
  parts.fields.set(part.name, (await collect(upTo(part, limits.fieldBytes))).toString())
}

/** The list of paths in it may be megabytes long, so it is not kept when it has nothing new to say. */
async function takeRepository<S>({ part, parts, limits }: Taking<S>): Promise<void> {
  const bytes = saysNothingNew(parts) ? await drain(part) : await collectIfSmall(part, limits.repositoryBytes)
  parts.repository = { fileName: part.fileName, bytes: bytes ?? undefined }
}

function saysNothingNew<S>({ event, fields }: ReceivedParts<S>): boolean {
  if (!event || eventText(event.event, 'type') === kind('repository').eventType) return false
  return findRepository({ event: event.event, fields, part: undefined }) !== undefined
}

async function takeFile<S>({ part, parts, receiver, limits }: Taking<S>): Promise<void> {
  const limit = fileLimit(part.name, limits)
  const spooled = await receiver.receive(upTo(part, limit), limit)
  parts.files.push({ part: part.name, fileName: part.fileName, spooled })
}

function fileLimit(name: string, limits: IntakeLimits): number {
  const archive = kindNames.some(each => kind(each).limit === 'archive' && kind(each).parts.includes(name))
  return archive ? limits.archiveBytes : limits.fileBytes
}
