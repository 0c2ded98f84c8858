import { type Expression, type SqlBool, sql } from 'kysely'
import { type Kind, kind, kindNames } from '../domain/kinds.ts'
import type { IncompleteMap, InspectionCatalog, MapName, Stretch } from '../operations/ports/inspection-catalog.ts'
import type { Db, Engine } from './engine.ts'
import { inTransaction } from './transaction.ts'
import { isListedWrongly, ownSize, reweigh, sharedContents } from './weights.ts'

type Maps = Pick<InspectionCatalog, 'wrongWeights' | 'repairWeights' | 'incompleteMaps'>

/** What the catalog says of the files and the stored bytes of each map, under examination. Each comparison is one statement, so that it sees one moment. */
export function mapInspection(db: Db, engine: Engine): Maps {
  return {
    wrongWeights: (after, limit) =>
      among(db, { after, limit }, async range => (await outOfStep(db, range)).map(({ organization, id }) => ({ organization, id }))),
    incompleteMaps: (after, limit) => among(db, { after, limit }, range => incomplete(db, range)),

    repairWeights: maps =>
      inTransaction(db, async trx => {
        for (const organization of new Set(maps.map(map => map.organization))) {
          const ids = maps.filter(map => map.organization === organization).map(map => map.id)
          await reweigh(trx, engine, { organization, ids })
        }
      }),
  }
}

/** What is wrong with the next maps, and where to go on. */
async function among<Wrong>(
  db: Db,
  { after, limit }: { after: MapName | undefined; limit: number },
  wrongIn: (range: Expression<SqlBool>) => Promise<readonly Wrong[]>,
): Promise<Stretch<Wrong, MapName>> {
  const names = await db
    .selectFrom('source_map')
    .select(['organization', 'id'])
    .$if(after !== undefined, query => query.where(within(after)))
    .orderBy('organization')
    .orderBy('id')
    .limit(limit)
    .execute()
  const last = names.at(-1)
  if (!last) return { wrong: [], looked: 0, next: undefined }
  const wrong = await wrongIn(within(after, last))
  return { wrong, looked: names.length, next: names.length < limit ? undefined : last }
}

/** One row for each file that is lacking. */
async function incomplete(db: Db, range: Expression<SqlBool>): Promise<IncompleteMap[]> {
  const found = new Map<string, { organization: number; id: number; kind: Kind; lacks: string[] }>()
  for (const part of new Set(kindNames.flatMap(requiredParts))) {
    const rows = await db
      .selectFrom('source_map')
      .select(['organization', 'id', 'kind'])
      .where(range)
      .where('purged_at', 'is', null)
      .where(
        'kind',
        'in',
        kindNames.filter(name => requiredParts(name).includes(part)),
      )
      .where(({ not, exists, selectFrom }) => not(exists(selectFrom('source_map_file as file').select('file.part').where(isFile(part)))))
      .execute()
    for (const row of rows) {
      const known = found.get(`${row.organization} ${row.id}`)
      if (known) known.lacks.push(part)
      else found.set(`${row.organization} ${row.id}`, { ...row, lacks: [part] })
    }
  }
  return [...found.values()]
}

function requiredParts(name: Kind): readonly string[] {
  const { parts, optionalParts = [] } = kind(name)
  return parts.filter(part => !optionalParts.includes(part))
}

/** For a row of `source_map`: its file of a part. */
function isFile(part: string) {
  return sql<SqlBool>`file.organization = source_map.organization and file.id = source_map.id and file.part = ${part}`
}

function outOfStep(db: Db, range: Expression<SqlBool>): Promise<MapName[]> {
  return db
    .selectFrom('source_map')
    .select(['organization', 'id'])
    .where(range)
    .where(({ or, and, eb }) =>
      or([
        and([eb('purged_at', 'is', null), or([eb('own_size', '<>', ownSize()), eb('shared_contents', '<>', sharedContents())])]),
        isListedWrongly(),
      ]),
    )
    .orderBy('organization')
    .orderBy('id')
    .execute()
}

/** The maps after one, up to another. */
function within(after: MapName | undefined, last?: MapName): Expression<SqlBool> {
  const low = after ? sql<SqlBool>`(organization, id) > (${after.organization}, ${after.id})` : sql<SqlBool>`1 = 1`
  return last ? sql<SqlBool>`${low} and (organization, id) <= (${last.organization}, ${last.id})` : low
}
