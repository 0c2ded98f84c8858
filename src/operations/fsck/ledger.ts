import { type Finding, type FindingKind, findingNames, type Inspected, type InspectionReport } from '../../domain/inspection.ts'
import type { ContentName } from '../ports/inspection-catalog.ts'
import type { FsckParts, FsckWish } from './fsck-parts.ts'

/** A store may have lost millions of files; so many of each sort are told one by one. */
const toldOfEach = 100

/** So many of the maps that need something lost are named. */
const mapsNamed = 10

/** What is to be written down of a finding. */
export interface Entry extends Partial<Pick<Finding, 'digest' | 'file'>> {
  readonly kind: FindingKind
  readonly detail: string
  /** The organization's number. */
  readonly organization?: number
  readonly repaired?: boolean
  /** The content that is lost and how many maps need it. */
  readonly lost?: { readonly content: ContentName; readonly maps: number }
}

/** Where an inspection writes down what it looked at and what it found, in bounded memory. */
export interface Ledger {
  readonly wish: FsckWish
  /** The name of the quarantine of this inspection. */
  readonly quarantine: string
  readonly checked: Inspected
  /** Organizations with maps that lack files: what seems to be used less there may have lost its rows. */
  readonly incomplete: Set<number>
  add(entry: Entry): Promise<void>
  report(besideServer: boolean): InspectionReport
}

/** An empty ledger. */
export function createLedger({ catalog, clock }: FsckParts, wish: FsckWish): Ledger {
  const findings: Finding[] = []
  const [counts, repaired] = [zeros(), zeros()]
  const names = new Map<number, string>()
  const quarantine = new Date(clock()).toISOString().replace(/[^0-9TZ]/g, '')
  const checked: Inspected = {
    copies: 0,
    verifiedCopies: 0,
    verifiedSize: 0,
    files: 0,
    foreignFiles: 0,
    contents: 0,
    maps: 0,
    intents: 0,
    temporaryFiles: 0,
  }

  async function nameOf(organization: number | undefined): Promise<string | undefined> {
    if (organization === undefined) return undefined
    if (names.size === 0) for (const { number, name } of await catalog.listOrganizations()) names.set(number, name)
    return names.get(organization)
  }

  async function tell({ kind, detail, digest, file, organization, lost, repaired: done = false }: Entry): Promise<void> {
    const maps = lost && lost.maps > 0 ? await catalog.mapsWith(lost.content, mapsNamed) : []
    findings.push({ kind, detail, organization: await nameOf(organization), digest, file, maps, mapCount: lost?.maps ?? 0, repaired: done })
  }

  return {
    wish,
    quarantine,
    checked,
    incomplete: new Set(),
    add: async entry => {
      counts[entry.kind]++
      if (entry.repaired) repaired[entry.kind]++
      if (counts[entry.kind] <= toldOfEach) await tell(entry)
    },
    report: besideServer => {
      const moved = repaired.unreferenced_bytes + repaired.temporary_file + repaired.wrong_length + repaired.damaged_bytes > 0
      const inOrder = findingNames.flatMap(name => findings.filter(({ kind }) => kind === name))
      return { besideServer, checked, findings: inOrder, counts, repaired, quarantine: moved ? `quarantine/${quarantine}` : undefined }
    },
  }
}

function zeros(): Record<FindingKind, number> {
  return Object.fromEntries(findingNames.map(name => [name, 0])) as Record<FindingKind, number>
}
