import { sql } from 'kysely'
import { unmatchedIds } from '../domain/unmatched-ids.ts'
import type { PassageCatalog, Preview, PreviewTerms, Scope } from '../operations/ports/passage-catalog.ts'
import { type AskedForm, type AskedValues, asked } from './asked.ts'
import type { Db, Engine } from './engine.ts'
import { active, keptByNone } from './held.ts'
import { bytesOf, measureFreed } from './measure.ts'
import { mixed, type PlanNumbers, planNumbers } from './mixture.ts'
import { keptAndUnmatched, narrow } from './narrow.ts'
import { shownColumns, toMap } from './row.ts'
import { statement } from './statement.ts'
import { inSnapshot } from './transaction.ts'
import { where, whereAsked } from './where.ts'

/** Previews of so few maps that their rows are read as a whole. */
export function fewPreviews(db: Db, engine: Engine): Pick<PassageCatalog, 'previewFew'> {
  const [atOnce, stepByStep] = [previewAtOnce(db, engine), previewStepByStep(db, engine)]
  return {
    async previewFew(...wish) {
      // Where every statement is a way there and back
      const preview = engine.writesAlone ? undefined : await atOnce(...wish)
      if (preview) return preview === 'many' ? undefined : preview
      return stepByStep(...wish)
    },
  }
}

type Wish = Parameters<PassageCatalog['previewFew']>

/** What is asked of the rows: at most so many. */
interface Chosen {
  readonly values: AskedValues
  readonly plan: PlanNumbers
  readonly most: number
}

/**
 * The whole preview by one statement, which sees one moment without a transaction, where there is no hold. `many` when there are more maps than
 * the limit, nothing when more has to be asked.
 */
function previewAtOnce(db: Db, engine: Engine): (...wish: Wish) => Promise<Preview | 'many' | undefined> {
  const readAll = statement((each, { at, ...chosen }: Chosen & { readonly at: number }, form: AskedForm) => {
    const { organization } = chosen.values
    const uses = each
      .selectFrom('shared_content')
      .select(['digest', sql<number>`count(*)`.as('uses')])
      .where('organization', '=', organization)
      .where('id', 'in', sql<number>`(select id from chosen where shared_contents > 0)`)
      .groupBy('digest')
    return each
      .with('chosen', inner => chosenRows(inner, engine, { ...chosen, form }))
      .selectFrom('chosen')
      .crossJoin(bytesOf(each, organization, uses).as('bytes'))
      .selectAll('chosen')
      .select(['bytes.freed', 'bytes.shared'])
      .select(each.selectFrom('organization').select('last_map_id').where('number', '=', organization).as('mark'))
      .select(active(each, organization, at).select(sql<number>`count(*)`.as('count')).as('holds'))
  })
  return async (scope, terms, limit) => {
    const { form, ...chosen } = toChosen(scope, terms, limit)
    const { rows } = await readAll(db, { ...chosen, at: terms.at }, form)
    if (rows.length > limit) return 'many'
    const [first] = rows
    if (first?.holds !== 0) return undefined
    const found = new Set(rows.map(row => row.id))
    return {
      ...shown(rows, { freedSize: sumOf(rows, 'own_size') + first.freed, sharedSize: first.shared }),
      held: [],
      unmatched: unmatchedIds(scope.selection, id => found.has(id)),
      seen: { ...scope, upTo: first.mark ?? 0, without: [] },
    }
  }
}

/** The preview by short statements that see one moment. */
function previewStepByStep(db: Db, engine: Engine): PassageCatalog['previewFew'] {
  const readFree = statement((each, chosen: Chosen, form: AskedForm) => chosenRows(each, engine, { ...chosen, form }))
  return (scope, terms, limit) =>
    inSnapshot(db, async trx => {
      const { form, ...chosen } = toChosen(scope, terms, limit)
      const seen = await narrow(trx, scope, terms.at)
      const { without = [] } = seen
      const kept = () => chosenRows(trx, engine, { ...chosen, form }).where(row => row.and(keptByNone(engine, without)(row)))
      const rows = without.length === 0 ? (await readFree(trx, chosen, form)).rows : await kept().execute()
      if (rows.length > limit) return undefined
      const ids = rows.map(row => row.id).sort((a, b) => a - b)
      const freed = await measureFreed(trx, scope.organization, {
        count: rows.length,
        first: ids[0] ?? 0,
        last: ids.at(-1) ?? 0,
        ownSize: sumOf(rows, 'own_size'),
        sharedContents: sumOf(rows, 'shared_contents'),
        condition: where(seen, engine),
      })
      const found = new Set(ids)
      return { ...shown(rows, freed), ...(await keptAndUnmatched(trx, engine, { scope, seen, isFound: id => found.has(id) })), seen }
    })
}

function toChosen(scope: Scope, { plan }: PreviewTerms, limit: number): Chosen & { readonly form: AskedForm } {
  return { ...asked(scope), plan: planNumbers(plan), most: limit + 1 }
}

/** All that a preview tells of each map. */
function chosenRows(db: Pick<Db, 'selectFrom'>, engine: Engine, { values, plan, most, form }: Chosen & { readonly form: AskedForm }) {
  return db
    .selectFrom('source_map')
    .select([...shownColumns(form.kind), 'own_size', 'shared_contents', mixed(plan).as('mix')])
    .where(whereAsked(engine, form, values))
    .limit(most)
}

type Row = Awaited<ReturnType<ReturnType<typeof chosenRows>['execute']>>[number]

function shown(rows: readonly Row[], freed: { readonly freedSize: number; readonly sharedSize: number }) {
  return {
    totals: { count: rows.length, size: sumOf(rows, 'size'), ...freed },
    trace: String(sumOf(rows, 'mix')),
    maps: rows.map(toMap).sort((a, b) => a.id - b.id),
  }
}

function sumOf(rows: readonly Row[], column: 'size' | 'own_size' | 'shared_contents' | 'mix'): number {
  return rows.reduce((total, row) => total + row[column], 0)
}
