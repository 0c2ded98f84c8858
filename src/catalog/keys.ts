import type { Permission } from '../domain/permissions.ts'
import { Problem } from '../domain/problem.ts'
import type { Key, KeyCatalog, NewKey, Organization, Revocation } from '../operations/ports/key-catalog.ts'
import { recordEvent } from './audit.ts'
import type { Db, Engine } from './engine.ts'
import { isWhole } from './is-whole.ts'
import type { AccessKeyTable, OrganizationTable } from './schema.ts'
import { statement } from './statement.ts'
import { inTransaction } from './transaction.ts'

/** Rows about who may do what. */
export function keys(db: Db, engine: Engine): KeyCatalog {
  return {
    findKeys: async hashes => (await keysWith(db, { hashes })).rows.map(toKey),

    touchKeys: usedAt =>
      inTransaction(db, async trx => {
        for (const [id, last_used_at] of usedAt) await trx.updateTable('access_key').set({ last_used_at }).where('id', '=', id).execute()
      }),

    createKey: (key, address) =>
      inTransaction(db, async trx => {
        await insertKey(trx, key, { actor: key.creator, address })
        return toKey(await keyRows(trx).where('access_key.id', '=', key.id).executeTakeFirstOrThrow())
      }),

    async listKeys(organization) {
      const rows = keyRows(db).$if(organization !== undefined, query => query.where('organization.name', '=', organization ?? ''))
      return (await inOrder(rows).execute()).map(toKey)
    },

    keysOf: async organization => (await inOrder(keyRows(db).where('access_key.organization', '=', organization)).execute()).map(toKey),

    revokeKey: (id, by) => inTransaction(db, trx => revoke(trx, id, by)),

    createOrganization: (name, uuid, at) =>
      inTransaction(db, async trx => {
        await engine.lockInstallation(trx)
        return insertOrganization(trx, { name, uuid, at }, 'command line')
      }),

    listOrganizations: async () => (await db.selectFrom('organization').selectAll().orderBy('number').execute()).map(toOrganization),

    bootstrap: (organization, first) => inTransaction(db, trx => bootstrap(trx, engine, { organization, first })),
  }
}

type Bootstrap = Parameters<KeyCatalog['bootstrap']>

/** Whether there was nothing, and these are the first. */
async function bootstrap(
  trx: Db,
  engine: Engine,
  { organization, first }: { organization: Bootstrap[0]; first: Bootstrap[1] },
): Promise<boolean> {
  await engine.lockInstallation(trx)
  // A copy that was begun since this server looked: its organizations are on their way
  if (!(await isWhole(trx))) throw new Error('this catalog is being made as a copy, which is not finished')
  const any = await trx.selectFrom('organization').select('number').limit(1).executeTakeFirst()
  if (any) return false
  await insertOrganization(trx, organization, 'mapkeep')
  for (const key of first) await insertKey(trx, key, { actor: 'mapkeep' })
  return true
}

function inOrder(rows: ReturnType<typeof keyRows>) {
  return rows.orderBy('access_key.created_at').orderBy('access_key.id')
}

function keyRows(db: Db) {
  return db
    .selectFrom('access_key')
    .innerJoin('organization', 'organization.number', 'access_key.organization')
    .selectAll('access_key')
    .select(['organization.uuid as organization_uuid', 'organization.name as organization_name'])
}

const keysWith = statement((db, { hashes }: { hashes: readonly string[] }) => keyRows(db).where('hash', 'in', hashes))

function toKey(row: AccessKeyTable & { organization_uuid: string; organization_name: string }): Key {
  return {
    id: row.id,
    type: row.type,
    organization: row.organization,
    organizationUuid: row.organization_uuid,
    organizationName: row.organization_name,
    name: row.name,
    creator: row.creator,
    permissions: row.permissions === '' ? [] : (row.permissions.split(' ') as Permission[]),
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at ?? undefined,
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    hash: row.hash,
  }
}

async function insertKey(trx: Db, key: NewKey, by: { actor: string; address?: string | undefined }): Promise<void> {
  const { id, type, name, creator, hash, permissions, createdAt, expiresAt, organizationName } = key
  const owner = await trx.selectFrom('organization').select('number').where('name', '=', organizationName).executeTakeFirst()
  if (!owner) throw new Problem('not_found', `No organization is called ${JSON.stringify(organizationName)}`)
  const times = { created_at: createdAt, expires_at: expiresAt ?? null }
  await trx
    .insertInto('access_key')
    .values({ id, type, name, creator, hash, organization: owner.number, permissions: permissions.join(' '), ...times })
    .execute()
  const told = { type, name, permissions, ...(expiresAt === undefined ? {} : { expires_at: new Date(expiresAt).toISOString() }) }
  const entry = { organization: owner.number, action: 'key.created', at: createdAt, subject: id, detail: told } as const
  await recordEvent(trx, { ...entry, actor: by.actor, address: by.address })
}

/** Whether there is such a key; it is ended, and told of, once only. */
async function revoke(trx: Db, id: string, { actor, address, at, organization }: Revocation): Promise<boolean> {
  const wanted = trx.selectFrom('access_key').select(['organization', 'type', 'name']).where('id', '=', id)
  const found = await wanted
    .$if(organization !== undefined, query => query.where('organization', '=', organization ?? 0))
    .executeTakeFirst()
  if (!found) return false
  const ended = await trx
    .updateTable('access_key')
    .set({ revoked_at: at })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  const { type, name } = found
  const entry = {
    organization: found.organization,
    action: 'key.revoked',
    at,
    actor,
    address,
    subject: id,
    detail: { type, name },
  } as const
  if (ended) await recordEvent(trx, entry)
  return true
}

interface NewOrganization {
  readonly name: string
  readonly uuid: string
  readonly at: number
}

/** The new organization's own trail begins with it: no other one may know of it. */
async function insertOrganization(trx: Db, { name, uuid, at }: NewOrganization, actor: string): Promise<Organization> {
  const taken = await trx.selectFrom('organization').select('number').where('name', '=', name).executeTakeFirst()
  if (taken) throw new Problem('conflict', `An organization is called ${JSON.stringify(name)} already`)
  const { last } = await trx
    .selectFrom('organization')
    .select(set => set.fn.max('number').as('last'))
    .executeTakeFirstOrThrow()
  const row = { number: (last ?? 0) + 1, uuid, name, created_at: at, last_map_id: 0, last_map_at: 0 }
  const made = await trx.insertInto('organization').values(row).returningAll().executeTakeFirstOrThrow()
  const entry = {
    organization: made.number,
    action: 'organization.created',
    at,
    address: undefined,
    subject: uuid,
    detail: { name },
  } as const
  await recordEvent(trx, { ...entry, actor })
  return toOrganization(made)
}

function toOrganization({ number, uuid, name, created_at }: OrganizationTable): Organization {
  return { number, uuid, name, createdAt: created_at }
}
