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

/**
 * The code an upload came from: both members from the first source that has both, since a URL and a commit of different sources
 * may name code that does not exist. Credentials are removed. `wire:` wire-intake section 5.
 */
export function findRepository({ event, fields, part }: GitSources): Repository | undefined {
  const [url, commit] = gitMembers
  return (
    repositoryOf(event, { url, commit }) ??
    repositoryOf(Object.fromEntries(fields), { url, commit }) ??
    (part && repositoryOf({ ...repositoryOfPart(part) }, { url: 'url', commit: 'commit' }))
  )
}

/** The repository in the members of these names, when a catalog can keep both. */
function repositoryOf(source: Event, names: Repository): Repository | undefined {
  const [url, commit] = [names.url, names.commit].map(name => eventText(source, name))
  return isStorable(url) && isStorable(commit) ? { url: withoutUserinfo(url), commit } : undefined
}

function isStorable(text: string | undefined): text is string {
  return text !== undefined && text.length <= maxValueLength && !text.includes('\0')
}
