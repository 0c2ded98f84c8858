import { compareSymbolSources, preferred } from '../domain/symbol-source.ts'
import type { Catalog } from './ports/catalog.ts'
import type { SymbolFile } from './ports/read-catalog.ts'

/** What is stored for a build id that an uploader asked about. */
export interface KnownSymbols {
  readonly buildId: string
  readonly buildIdType: 'gnu_build_id' | 'go_build_id' | 'file_hash'
  readonly symbolSource: string
}

/** Senders name one architecture in two ways; only look-ups treat them alike. `wire:` wire-intake section 6. */
const architectures: Readonly<Record<string, string>> = { amd64: 'x86_64', arm64: 'aarch64' }

/** The best live symbol file for each build id that has one, so that an uploader sends only what is better. */
export async function querySymbols(
  catalog: Catalog,
  organization: number,
  { buildIds, arch }: { buildIds: readonly string[]; arch: string | undefined },
): Promise<readonly KnownSymbols[]> {
  const files = (await catalog.symbolFiles(organization, buildIds)).filter(file => sameArchitecture(file.arch, arch))
  return buildIds.flatMap(buildId => bestFor(buildId, files))
}

function bestFor(buildId: string, files: readonly SymbolFile[]): KnownSymbols[] {
  const matches = files.filter(file => typeOf(buildId, file) !== undefined)
  const best = preferred([...matches].sort((a, b) => compareSymbolSources(a.symbolSource, b.symbolSource)))
  const buildIdType = best && typeOf(buildId, best)
  return best && buildIdType ? [{ buildId, buildIdType, symbolSource: best.symbolSource ?? 'none' }] : []
}

function typeOf(buildId: string, file: SymbolFile): KnownSymbols['buildIdType'] | undefined {
  const same = (id: string | undefined) => id !== undefined && id.toLowerCase() === buildId.toLowerCase()
  if (same(file.gnuBuildId)) return 'gnu_build_id'
  if (file.goBuildId === buildId) return 'go_build_id'
  return same(file.fileHash) ? 'file_hash' : undefined
}

function sameArchitecture(a: string | undefined, b: string | undefined): boolean {
  const canonical = (arch: string) => architectures[arch] ?? arch
  return a === undefined || b === undefined || canonical(a) === canonical(b)
}
