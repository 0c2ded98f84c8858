/** The JSON object of an upload's `event` part, as sent. */
export type Event = Readonly<Record<string, unknown>>

/**
 * A scalar of the event as text, or nothing: an absent, blank, null or structured value is no value. Numbers are taken where
 * strings are usual, and the other way round. `wire:` wire-intake section 3.
 */
export function eventText(event: Event, name: string): string | undefined {
  const value = Object.hasOwn(event, name) ? event[name] : undefined
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}
