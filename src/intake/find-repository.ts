import { maxValueLength } from '../domain/describe-upload.ts'
import { type Event, eventText } from '../domain/event.ts'
import { type Repository, withoutUserinfo } from '../domain/repository.ts'
import { repositoryOfPart } from './repository-part.ts'

/** Names of the git members, the same in an event and as parts of their own. */
export const gitMembers = ['git_repository_url', 'git_commit_sha'] as const

/** Where an upload may tell of its code, the most trusted first. */
export interface GitSources {
  readonly event: Event
  /** `wire:` Gradle sends the git members outside the event (wire-intake section 2). */
  readonly fields: ReadonlyMap<string, string>
  readonly part: Uint8Array | undefined
}

/** The code an upload came from: each member from the first source that has it, credentials removed. `wire:` wire-intake section 5. */
export function findRepository({ event, fields, part }: GitSources): Repository | undefined {
  const told = [event, Object.fromEntries(fields)]
  const [url, commit] = gitMembers.map(name => firstText(told.map(source => eventText(source, name))))
  if (url && commit) return { url: withoutUserinfo(url), commit }
  const last: Event = part ? { ...repositoryOfPart(part) } : {}
  const [lastUrl, lastCommit] = [url ?? firstText([eventText(last, 'url')]), commit ?? firstText([eventText(last, 'commit')])]
  return lastUrl && lastCommit ? { url: withoutUserinfo(lastUrl), commit: lastCommit } : undefined
}

/** The first text that a catalog can keep. */
function firstText(texts: readonly (string | undefined)[]): string | undefined {
  return texts.find(text => text !== undefined && text.length <= maxValueLength && !text.includes('\0'))
}
