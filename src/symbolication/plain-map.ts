import { Problem } from '../domain/problem.ts'

/** A source map without sections, every member there and of its type; `rest` holds the members that are not named here. */
export interface PlainMap {
  readonly file: string
  readonly mappings: string
  readonly names: readonly string[]
  readonly sourceRoot: string
  readonly sources: readonly string[]
  /** As long as `sources`, or empty when the map carries no content at all. */
  readonly sourcesContent: readonly string[]
  readonly rest: Readonly<Record<string, unknown>>
}

/** Fills the gaps of a map: what is missing or null becomes `""` or `[]`. `wire:` wire-api section 6. */
export function fillGaps(map: Readonly<Record<string, unknown>>): PlainMap {
  const { version: _, file, mappings, names, sourceRoot, sources, sourcesContent, ...rest } = map
  if (typeof (mappings ?? '') !== 'string') throw notAMap('its mappings are no string')
  const filledSources = texts(sources)
  return {
    file: text(file),
    mappings: text(mappings),
    names: texts(names),
    sourceRoot: text(sourceRoot),
    sources: filledSources,
    sourcesContent: Array.isArray(sourcesContent) ? filledSources.map((_, at) => text(sourcesContent[at])) : [],
    rest,
  }
}

/** The refusal of a stored file that cannot be shown as a source map. */
export function notAMap(why: string): Problem {
  return new Problem('bad_request', `The stored file is no source map: ${why}`)
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
