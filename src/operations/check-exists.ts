import { foldCase } from '../domain/caseless.ts'
import type { Catalog } from './ports/catalog.ts'

/** Which debug ids a live js map has, each under the spelling it was asked with. */
export async function checkExists(
  catalog: Catalog,
  organization: number,
  debugIds: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const existing = new Set(await catalog.existingDebugIds(organization, [...new Set(debugIds.map(foldCase))]))
  return new Map(debugIds.map(id => [id, existing.has(foldCase(id))]))
}
