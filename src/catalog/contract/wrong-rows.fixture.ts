import type { CopyName } from '../../operations/ports/blob-store.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { ContentName, IncompleteMap, MapName, Stretch, WrongCount } from '../../operations/ports/inspection-catalog.ts'
import { jsUpload } from './sample-uploads.fixture.ts'

/** The content of a sample in organization 1. */
export function contentOf(name: string): ContentName {
  return { organization: 1, digest: jsUpload(name).files[0]?.digest ?? '' }
}

/** Every content whose count is wrong, read so many at a time. */
export function wrongIn(catalog: Catalog, limit: number): Promise<WrongCount[]> {
  return allOf<WrongCount, ContentName>(next => catalog.wrongCounts(next, limit))
}

/** Every map whose weight is wrong, read so many at a time. */
export function wrongWeightsIn(catalog: Catalog, limit: number): Promise<MapName[]> {
  return allOf<MapName, MapName>(next => catalog.wrongWeights(next, limit))
}

/** Every map that lacks a file, read so many at a time, by organization and id. */
export async function incompleteIn(catalog: Catalog, limit: number): Promise<IncompleteMap[]> {
  const all = await allOf<IncompleteMap, MapName>(next => catalog.incompleteMaps(next, limit))
  return all.sort((a, b) => a.organization - b.organization || a.id - b.id)
}

/** The name of a copy as one text. */
export function nameText({ organization, digest, generation, codec }: CopyName): string {
  return `${organization} ${digest} ${generation} ${codec}`
}

async function allOf<W, N>(read: (next: N | undefined) => Promise<Stretch<W, N>>): Promise<W[]> {
  const all: W[] = []
  let next: N | undefined
  do {
    const stretch = await read(next)
    all.push(...stretch.wrong)
    next = stretch.next
  } while (next)
  return all
}
