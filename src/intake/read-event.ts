import type { Event } from '../domain/event.ts'
import { Problem } from '../domain/problem.ts'
import { withoutUserinfo } from '../domain/repository.ts'

/** An upload's event without credentials, and the JSON text to keep: as sent, unless it held credentials. */
export interface SentEvent {
  readonly event: Event
  readonly text: string
}

const urlMember = 'git_repository_url'

/** Reads the `event` part; refuses what is not a JSON object in UTF-8. */
export function readEvent(bytes: Uint8Array): SentEvent {
  try {
    return clean(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (error instanceof Problem) throw error
    throw notAnObject()
  }
}

function clean(text: string): SentEvent {
  const event: unknown = JSON.parse(text)
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw notAnObject()
  const { [urlMember]: url } = event as Event
  const bare = typeof url === 'string' ? withoutUserinfo(url) : url
  // A repeated member hides its earlier values from the parser but not from the text
  if (bare === url && text.split(urlMember).length <= 2) return { event: event as Event, text }
  const cleaned = { ...event, [urlMember]: bare }
  return { event: cleaned, text: JSON.stringify(cleaned) }
}

function notAnObject(): Problem {
  return new Problem('bad_request', 'Part event is not a JSON object')
}
