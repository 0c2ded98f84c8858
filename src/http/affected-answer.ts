import { type SourceMap, toItem } from '../domain/source-map.ts'
import type { Affected } from '../operations/affected.ts'
import { type Answer, jsonText } from './answer.ts'

/** Up to this many maps an answer is sent whole, with its length. */
const wholeUpTo = 500

/**
 * The answer of a deletion, restoration or preview: the totals first, then every map as the catalog hands it out, a page in
 * memory at a time. It is closed only after the catalog said that nothing changed meanwhile.
 */
export async function answerAffected(affected: Affected): Promise<Answer> {
  const chunks = render(affected)
  if (affected.totals.count > wholeUpTo) return { ...jsonText(''), body: async () => chunks }
  let text = ''
  for await (const chunk of chunks) text += chunk
  return jsonText(text)
}

async function* render(affected: Affected): AsyncGenerator<string> {
  const { count } = affected.totals
  let text = `{"meta":${JSON.stringify(meta(affected))},"data":[`
  let rendered = 0
  for await (const page of affected.pages) {
    rendered += page.length
    text += renderPage(page)
    if (rendered >= count) continue
    yield text
    text = ','
  }
  if (rendered !== count) throw new Error(`${rendered} maps came for an answer of ${count}`)
  yield `${text}]}`
}

function renderPage(page: readonly SourceMap[]): string {
  return page.map(map => JSON.stringify(toItem(map))).join(',')
}

function meta({ dryRun, totals, unmatched, operation }: Affected): object {
  return {
    dry_run: dryRun,
    totals: { count: totals.count, size: totals.size },
    ...(operation ? { operation: { id: operation.id, ...undoUntil(operation.undoUntil) } } : {}),
    ...(unmatched.length > 0 ? { unmatched } : {}),
  }
}

function undoUntil(time: number | undefined): { undo_until?: string } {
  return time === undefined ? {} : { undo_until: new Date(time).toISOString() }
}
