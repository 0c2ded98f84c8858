import { describeUpload, type UploadDescription } from '../domain/describe-upload.ts'
import type { Event } from '../domain/event.ts'
import { kind } from '../domain/kinds.ts'
import { Problem } from '../domain/problem.ts'
import type { Repository } from '../domain/repository.ts'
import { decodeBody } from './decode-body.ts'
import type { FileReceiver, ReceivedFile } from './file-receiver.ts'
import { findRepository } from './find-repository.ts'
import type { IntakeLimits } from './limits.ts'
import { type ReceivedParts, takeParts } from './part-taker.ts'
import { readParts } from './read-parts.ts'
import { withoutCredentials } from './repository-part.ts'
import type { UploadRequest } from './upload-request.ts'

export type { FileReceiver, ReceivedFile, UploadRequest }

/** A complete upload, its files in the order of its kind's table. */
export interface ReceivedUpload<S> {
  readonly description: UploadDescription
  /** JSON text as sent, unless it held credentials. */
  readonly event: string
  readonly files: readonly ReceivedFile<S>[]
  readonly repository: Repository | undefined
}

/**
 * Reads one upload from the wire and hands its files to the receiver. Throws a {@link Problem} when the upload is at fault, and
 * whatever the receiver throws; every file received by then is discarded. The rest of the body is left unread.
 */
export async function receiveUpload<S>(
  request: UploadRequest,
  receiver: FileReceiver<S>,
  limits: IntakeLimits,
): Promise<ReceivedUpload<S>> {
  const stop = new AbortController()
  const parts: ReceivedParts<S> = { event: undefined, fields: new Map(), repository: undefined, files: [], names: new Set() }
  try {
    const take = takeParts({ parts, receiver, limits })
    const body = decodeBody(request, limits, stop.signal)
    await readParts({ body, contentType: request.headers['content-type'], limits, take, stop })
    return await conclude(parts, receiver, limits)
  } catch (error) {
    await discardAll(parts.files, receiver)
    throw error
  } finally {
    // A reason of our own: the default one is an error with a stack, made for nothing
    stop.abort('ended')
  }
}

/** Knows what the upload is only now: the event may come last. */
async function conclude<S>(parts: ReceivedParts<S>, receiver: FileReceiver<S>, limits: IntakeLimits): Promise<ReceivedUpload<S>> {
  if (!parts.event) throw new Problem('bad_request', 'Missing required part: event')
  const { event, text } = parts.event
  const repository = findRepository({ event, fields: parts.fields, part: parts.repository?.bytes })
  const description = describeUpload(withGit(event, repository), partNames(parts))
  if (description.kind === 'repository') await receiveRepository(parts, receiver, limits)
  const wanted = kind(description.kind).parts.map(part => parts.files.find(file => file.part === part))
  const files = wanted.filter(file => file !== undefined)
  const spare = parts.files.filter(file => !files.includes(file))
  await discardAll(spare, receiver)
  return { description, event: text, files, repository }
}

/** The event with what is known of the code, because a repository description is identified by it. */
function withGit(event: Event, repository: Repository | undefined): Event {
  if (!repository) return event
  return { ...event, git_repository_url: repository.url, git_commit_sha: repository.commit }
}

function partNames<S>({ files, repository }: ReceivedParts<S>): ReadonlyMap<string, string | undefined> {
  const names = files.map(file => [file.part, file.fileName] as const)
  return new Map(repository ? [...names, ['repository', repository.fileName]] : names)
}

async function receiveRepository<S>(
  { repository, files }: ReceivedParts<S>,
  receiver: FileReceiver<S>,
  limits: IntakeLimits,
): Promise<void> {
  if (!repository) return
  if (!repository.bytes) throw new Problem('too_large', `Part repository is larger than ${limits.repositoryBytes} bytes`)
  const bytes = withoutCredentials(repository.bytes)
  const spooled = await receiver.receive(once(bytes), limits.fileBytes)
  files.push({ part: 'repository', fileName: repository.fileName, spooled })
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function discardAll<S>(files: readonly ReceivedFile<S>[], receiver: FileReceiver<S>): Promise<void> {
  await Promise.all(files.map(file => receiver.discard(file.spooled)))
}
