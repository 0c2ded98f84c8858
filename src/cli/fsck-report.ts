import { type Finding, type FindingKind, findingKinds, findingNames, type InspectionReport, type NeedingMap } from '../domain/inspection.ts'
import { mapsText, sizeText } from './quantities.ts'
import { printable } from './table.ts'

/** So many of each sort are worth a person's reading. */
const shownOfEach = 20

/** The outcome of an inspection for people. */
export function reportLines(report: InspectionReport): string[] {
  const found = findingNames.filter(kind => report.counts[kind] > 0)
  return [
    summary(report),
    ...foreignLine(report),
    ...found.flatMap(kind => ['', ...sectionLines(report, kind)]),
    ...(found.length === 0 ? ['Nothing is wrong.'] : []),
    ...(report.quarantine ? ['', `What was moved lies in ${report.quarantine}, inside the folder of the blobs. Nothing was deleted.`] : []),
  ]
}

function summary({ checked, besideServer }: InspectionReport): string {
  const { copies, files, contents, maps, verifiedCopies, verifiedSize } = checked
  const verified = verifiedCopies > 0 ? ` Read and hashed ${verifiedCopies} copies (${sizeText(verifiedSize)} on disk).` : ''
  const server = besideServer ? 'beside a running server' : 'no server is running'
  return `Checked ${copies} copies, ${files} files, ${contents} contents and ${mapsText(maps)}; ${server}.${verified}`
}

function foreignLine({ checked: { foreignFiles: count } }: InspectionReport): string[] {
  if (count === 0) return []
  return [`${count} ${count === 1 ? 'file' : 'files'} among the copies cannot be mapkeep's and stayed as they are.`]
}

function sectionLines({ counts, repaired, findings }: InspectionReport, kind: FindingKind): string[] {
  const { title, repair } = findingKinds[kind]
  const done = repaired[kind] > 0 ? ` (${repaired[kind] < counts[kind] ? `${repaired[kind]} ` : ''}${repair})` : ''
  const shown = findings.filter(finding => finding.kind === kind).slice(0, shownOfEach)
  const left = counts[kind] - shown.length
  return [`${title}: ${counts[kind]}${done}`, ...shown.flatMap(findingLines), ...(left > 0 ? [`  and ${left} more`] : [])]
}

function findingLines({ organization, digest, file, detail, maps, mapCount }: Finding): string[] {
  const place = [organization, file ?? (digest && `content ${digest}`)].filter(Boolean).join(', ')
  const more = mapCount > maps.length ? ` and ${mapCount - maps.length} more` : ''
  const needed = mapCount > 0 ? [`    needed by ${mapsText(mapCount)}: ${maps.map(mapText).join(', ')}${more}`] : []
  return [`  ${place ? `${place}: ` : ''}${detail}`, ...needed].map(printable)
}

function mapText({ id, kind, service, version, state }: NeedingMap): string {
  const facts = [kind, [service, version].filter(Boolean).join(' '), state === 'live' ? '' : state]
  return `${id} (${facts.filter(Boolean).join(', ')})`
}

/** The outcome of an inspection for programs. */
export function reportToJson({ checked, findings, counts, repaired, quarantine, besideServer }: InspectionReport): Record<string, unknown> {
  return {
    checked: {
      beside_server: besideServer,
      copies: checked.copies,
      verified_copies: checked.verifiedCopies,
      verified_size: checked.verifiedSize,
      files: checked.files,
      foreign_files: checked.foreignFiles,
      contents: checked.contents,
      maps: checked.maps,
      intents: checked.intents,
      temporary_files: checked.temporaryFiles,
    },
    problems: findings.map(findingToJson),
    counts,
    repaired,
    quarantine,
  }
}

function findingToJson({ kind, maps, mapCount, ...finding }: Finding): Record<string, unknown> {
  const needing = maps.map(({ id, kind: mapkind, ...map }) => ({ id: String(id), mapkind, ...map }))
  return { problem: kind, ...finding, ...(mapCount > 0 ? { map_count: mapCount, maps: needing } : {}) }
}
