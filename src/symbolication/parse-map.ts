import { isObject } from './is-object.ts'
import { notAMap } from './plain-map.ts'

/** The first line that some servers put before JSON so that it cannot be run as a script. */
const antiHijackingLine = /^\)\]\}'?[^\n]*\n?/

/** The JSON object of a source map file; a byte order mark and a `)]}'` line are tolerated. Throws Problem `bad_request`. */
export function parseMap(text: string): Readonly<Record<string, unknown>> {
  const map = parseJson(text.replace(/^\uFEFF/, '').replace(antiHijackingLine, ''))
  if (!isObject(map)) throw notAMap('it is not a JSON object')
  const { version } = map
  if (version === undefined || version === null) {
    if (!('mappings' in map) && !('sections' in map)) throw notAMap('it has neither version nor mappings')
  } else if (Number(version) !== 3) throw notAMap('its version is not 3')
  return map
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's message quotes the file, which is not for an error text
    throw notAMap('it is not JSON')
  }
}
