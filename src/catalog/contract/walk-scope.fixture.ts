import type { Catalog } from '../../operations/ports/catalog.ts'
import type { PagePosition, Preview, Scope, TracedMap } from '../../operations/ports/passage-catalog.ts'
import { sampleTerms } from './sample-uploads.fixture.ts'

/** All pages of a scope, and the trace that they add up to. */
export async function walk(catalog: Catalog, scope: Scope): Promise<{ maps: TracedMap[]; trace: string }> {
  const found: TracedMap[] = []
  let sum = 0
  let from: PagePosition | undefined
  do {
    const page = await catalog.page(scope, { plan: sampleTerms.plan, from })
    found.push(...page.maps)
    sum += page.mix
    from = page.next
  } while (from)
  return { maps: found, trace: String(sum) }
}

/** What some maps amount to. */
export function sumOf(maps: readonly Pick<TracedMap, 'size'>[]) {
  return { count: maps.length, size: maps.reduce((total, map) => total + map.size, 0) }
}

/** The same as a preview says it, and its trace. */
export function traceOf({ totals: { count, size }, trace }: Preview) {
  return { count, size, trace }
}
