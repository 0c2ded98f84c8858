import { foldCase } from '../domain/caseless.ts'
import { identity } from '../domain/identity.ts'
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

/** What an uploader asks: which ids, and for which architecture if it says so. */
export interface AskedSymbols {
  readonly buildIds: readonly string[]
  readonly arch: string | undefined
}

/** The best live symbol file for each build id that has one, so that an uploader sends only what is better. */
export async function querySymbols(catalog: Catalog, organization: number, asked: AskedSymbols): Promise<readonly KnownSymbols[]> {
  return bestSymbols(await catalog.symbolFiles(organization, asked.buildIds), asked)
}

/** The best of these files for each build id that one of them answers to. */
export function bestSymbols(files: readonly SymbolFile[], { buildIds, arch }: AskedSymbols): readonly KnownSymbols[] {
  const filesOf = indexById(files.filter(file => sameArchitecture(file.arch, arch)))
  return buildIds.flatMap(buildId => bestFor(buildId, filesOf.get(foldCase(buildId)) ?? []))
}

/** The files under each of their ids. Each file is looked at once, however many ids were asked. */
function indexById(files: readonly SymbolFile[]): ReadonlyMap<string, readonly SymbolFile[]> {
  return groupBy(files, ({ gnuBuildId, goBuildId, fileHash }) =>
    [gnuBuildId, goBuildId, fileHash].flatMap(id => (id === undefined ? [] : foldCase(id))),
  )
}

function bestFor(buildId: string, files: readonly SymbolFile[]): KnownSymbols[] {
  const best = bestOf(files.filter(file => typeOf(buildId, file) !== undefined))
  const buildIdType = best && typeOf(buildId, best)
  return best && buildIdType ? [{ buildId, buildIdType, symbolSource: best.symbolSource ?? 'none' }] : []
}

/** Of one identity the preferred file answers; among those the one that tells most, the newest of equals. `wire:` wire-intake section 8. */
function bestOf(files: readonly SymbolFile[]): SymbolFile | undefined {
  const answering = [...groupBy(files, file => [identityOf(file)]).values()].flatMap(same => preferred(same) ?? [])
  return answering.sort((a, b) => compareSymbolSources(b.symbolSource, a.symbolSource) || b.id - a.id)[0]
}

function identityOf({ arch, gnuBuildId, goBuildId, fileHash }: SymbolFile): string {
  const known = Object.entries({ arch, gnu_build_id: gnuBuildId, go_build_id: goBuildId, file_hash: fileHash })
  return identity('elf', { type: 'elf_symbol_file' }, Object.fromEntries(known.filter(([, value]) => value !== undefined))).join('\0')
}

function typeOf(buildId: string, file: SymbolFile): KnownSymbols['buildIdType'] | undefined {
  const same = (id: string | undefined) => id !== undefined && foldCase(id) === foldCase(buildId)
  if (same(file.gnuBuildId)) return 'gnu_build_id'
  if (file.goBuildId === buildId) return 'go_build_id'
  return same(file.fileHash) ? 'file_hash' : undefined
}

function sameArchitecture(a: string | undefined, b: string | undefined): boolean {
  const canonical = (arch: string) => architectures[arch] ?? arch
  return a === undefined || b === undefined || canonical(a) === canonical(b)
}

function groupBy(files: readonly SymbolFile[], keysOf: (file: SymbolFile) => readonly string[]): Map<string, SymbolFile[]> {
  const groups = new Map<string, SymbolFile[]>()
  for (const file of files) {
    for (const key of new Set(keysOf(file))) {
      const group = groups.get(key)
      if (group) group.push(file)
      else groups.set(key, [file])
    }
  }
  return groups
}
