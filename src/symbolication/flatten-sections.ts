import { encodedMap, FlattenMap, type SectionedSourceMapInput } from '@jridgewell/trace-mapping'
import { isObject } from './is-object.ts'
import { fillGaps, notAMap, type PlainMap } from './plain-map.ts'

/** More lines than any script has; a section that claims to begin later would make the flattened map absurdly large. */
const maxLine = 10_000_000

interface Section {
  readonly offset: { readonly line: number; readonly column: number }
  readonly map: object
}

/** One plain map for a map made of sections. Sources come resolved against the sourceRoot of their section, since they had several. */
export function flattenSections(map: Readonly<Record<string, unknown>>): PlainMap {
  const { sections, ...others } = map
  const flat = encodedMap(new FlattenMap({ version: 3, sections: toSections(sections) } as SectionedSourceMapInput))
  const { names, sources, sourcesContent, mappings, ignoreList } = flat
  // trace-mapping tells "no content" by null; when no section had any, the map has none
  const hasContent = sourcesContent?.some(content => content !== null)
  const content = hasContent ? { sourcesContent } : {}
  const ignored = ignoreList?.length ? { ignoreList } : {}
  return fillGaps({ ...others, ...content, ...ignored, names, sources, mappings })
}

function toSections(sections: unknown): Section[] {
  if (!Array.isArray(sections)) throw notAMap('its sections are no list')
  return sections.map(section => {
    if (!isObject(section) || !isObject(section.map)) throw notAMap('a section has no map of its own')
    return { offset: toOffset(section.offset), map: toSectionMap(section.map) }
  })
}

function toOffset(offset: unknown): Section['offset'] {
  const { line, column } = isObject(offset) ? offset : {}
  const ok = Number.isInteger(line) && Number.isInteger(column) && (line as number) >= 0 && (column as number) >= 0
  if (!ok || (line as number) > maxLine) throw notAMap('a section does not say where it begins')
  return { line: line as number, column: column as number }
}

function toSectionMap(map: Readonly<Record<string, unknown>>): object {
  if ('sections' in map) return { version: 3, sections: toSections(map.sections) }
  const { mappings, names, sourceRoot, sources, sourcesContent, rest } = fillGaps(map)
  const { ignoreList = rest.x_google_ignoreList } = rest
  const ignored = Array.isArray(ignoreList) ? { ignoreList } : {}
  // The library appends contents as they are: one shorter than its sources would shift those of every later section
  const content = sourcesContent.length > 0 ? { sourcesContent } : {}
  return { version: 3, mappings, names, sourceRoot, sources, ...content, ...ignored }
}
