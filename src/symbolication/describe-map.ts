import { Problem } from '../domain/problem.ts'
import { flattenSections } from './flatten-sections.ts'
import { lineLengths } from './line-lengths.ts'
import { parseMap } from './parse-map.ts'
import { fillGaps } from './plain-map.ts'

/** The files of a js map, each as pieces of its bytes. */
export interface MapFiles {
  readonly sourceMap: readonly Uint8Array[]
  readonly minifiedFile: readonly Uint8Array[] | undefined
}

/**
 * The eight attributes of a js map, always all, and whatever else the map carries, as JSON text. The text is pure ASCII, so
 * that it can be handed to another thread and to a socket as bytes without being converted on the event loop.
 */
export function describeMap({ sourceMap, minifiedFile }: MapFiles): string {
  return withinLimits(() => describeParsed(parseMap(Buffer.concat(sourceMap).toString()), minifiedFile))
}

/** The same for a map without sections, or nothing for one with sections: a few bytes of those can become many when flattened. */
export function describeCheaply({ sourceMap, minifiedFile }: MapFiles): string | undefined {
  return withinLimits(() => {
    const map = parseMap(Buffer.concat(sourceMap).toString())
    return 'sections' in map ? undefined : describeParsed(map, minifiedFile)
  })
}

/** Strings longer than the engine allows and nesting deeper than its stack are the file's fault, not ours. */
function withinLimits<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw error instanceof RangeError ? new Problem('too_large', 'The source map is too large or too deeply nested to be shown') : error
  }
}

function describeParsed(map: Readonly<Record<string, unknown>>, minifiedFile: MapFiles['minifiedFile']): string {
  const { rest, ...attributes } = 'sections' in map ? flattenSections(map) : fillGaps(map)
  const minifiedLineLengths = minifiedFile ? lineLengths(minifiedFile) : []
  return escapeNonAscii(JSON.stringify({ ...rest, ...attributes, minifiedLineLengths, version: 3 }))
}

function escapeNonAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
