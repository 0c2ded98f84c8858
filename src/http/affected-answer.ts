import { type SourceMap, toItem } from '../domain/source-map.ts'
import type { Affected } from '../operations/affected.ts'
import { type Answer, jsonText } from './answer.ts'
import { heldCount, renderHeld } from './render-held.ts'
import { timeMember } from './time-text.ts'
import { wireLeft, wireTotals } from './wire-totals.ts'

/** Up to this many maps an answer is sent whole, with its length. */
const wholeUpTo = 500

/**
 * The answer of a deletion, restoration, undo or preview: the totals first, then every map as the catalog hands it out, a page in
 * memory at a time. It is closed only after the catalog said that nothing changed meanwhile.
 */
export async function answerAffected(affected: Affected): Promise<Answer> {
  const chunks = render(affected)
  if (affected.totals.count + heldCount(affected.held) > wholeUpTo) return withPlan({ ...jsonText(''), body: async () => chunks }, affected)
  let text = ''
  for await (const chunk of chunks) text += chunk
  return withPlan(jsonText(text), affected)
}

function withPlan(answer: Answer, { plan }: Affected): Answer {
  return plan ? { ...answer, headers: { ...answer.headers, 'mapkeep-plan': plan.id } } : answer
}

async function* render(affected: Affected): AsyncGenerator<string> {
  yield* renderMeta(affected)
  const { count } = affected.totals
  let text = ',"data":['
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

/** The members that may be long come last, so that they need not be in memory as a whole. */
function* renderMeta(affected: Affected): Generator<string> {
  yield `{"meta":${JSON.stringify(shortMeta(affected)).slice(0, -1)}`
  if (affected.held.length > 0) yield* renderHeld(affected.held)
  yield '}'
}

function shortMeta({ dryRun, totals, plan, operation, left, unmatched }: Affected): object {
  return {
    dry_run: dryRun,
    totals: wireTotals(totals),
    ...(plan ? { plan: { id: plan.id, ...timeMember('expires_at', plan.expiresAt) } } : {}),
    ...(operation ? { operation: wireOperation(operation) } : {}),
    ...(left ? { left: wireLeft(left) } : {}),
    ...(unmatched.length > 0 ? { unmatched } : {}),
  }
}

function wireOperation({ id, undoUntil, undoes }: NonNullable<Affected['operation']>): object {
  return { id, ...timeMember('undo_until', undoUntil), ...(undoes === undefined ? {} : { undoes }) }
}
