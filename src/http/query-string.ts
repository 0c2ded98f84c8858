import { Problem, parameterReason, type Reason } from '../domain/problem.ts'
import type { Query } from '../domain/selection.ts'

/**
 * The query of a raw request target as decoded pairs, none lost and none merged; throws Problem `bad_request` that names every
 * parameter whose percent-encoding is broken or no UTF-8. A `+` is a blank; `;` and `,` are data.
 */
export function parseQuery(target: string): Query {
  const start = target.indexOf('?')
  if (start < 0) return []
  const faults: Reason[] = []
  const segments = target.slice(start + 1).split('&')
  const pairs = segments.filter(segment => segment !== '').map(segment => decodePair(segment, faults))
  if (faults.length > 0) throw new Problem('bad_request', faults)
  return pairs
}

function decodePair(segment: string, faults: Reason[]): readonly [string, string] {
  const equals = segment.indexOf('=')
  const rawName = equals < 0 ? segment : segment.slice(0, equals)
  const name = decode(rawName)
  const value = equals < 0 ? '' : decode(segment.slice(equals + 1))
  if (name !== undefined && value !== undefined) return [name, value]
  const shown = (name ?? rawName).slice(0, 100)
  faults.push(parameterReason(shown, `The percent-encoding of ${JSON.stringify(shown)} is broken or no UTF-8`))
  return ['', '']
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text)
  } catch {
    return undefined
  }
}
