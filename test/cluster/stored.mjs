import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { ask } from './stores.mjs'

/** What an installation has in its bucket: name below its prefix, size, and how to read it. */
export async function storedObjects({ env }) {
  const client = clientOf(env)
  try {
    return await listed(client, env)
  } finally {
    client.destroy()
  }
}

/** Removes what uploads and readiness checks of nodes left behind that were killed. */
export async function removeTemporaryObjects({ env }) {
  const client = clientOf(env)
  for (const { name, place } of await listed(client, env))
    if (name.startsWith('temporary/')) await client.send(new DeleteObjectCommand(place))
  client.destroy()
}

/** Everything an installation has stored, as texts with a name: each object, and each table of its catalog. */
export async function everythingStored({ env, database }) {
  const client = clientOf(env)
  const texts = []
  for (const { name, place } of await listed(client, env)) {
    const { Body } = await client.send(new GetObjectCommand(place)).catch(unlessGone)
    if (Body) texts.push([name, Buffer.from(await Body.transformToByteArray()).toString('latin1')])
  }
  client.destroy()
  const tables = await ask(database, `select tablename as name from pg_tables where schemaname = 'public'`)
  for (const { name } of tables) texts.push([`table ${name}`, JSON.stringify(await ask(database, `select t::text from "${name}" as t`))])
  return texts
}

/** While nodes run, what was listed may have been removed since: a probe of readiness, or a copy that was compressed. */
function unlessGone(error) {
  if (error.name !== 'NoSuchKey') throw error
  return {}
}

function clientOf({
  MAPKEEP_S3_ENDPOINT: endpoint,
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_REGION: region,
}) {
  return new S3Client({ endpoint, region, forcePathStyle: true, credentials: { accessKeyId, secretAccessKey } })
}

async function listed(client, { MAPKEEP_BLOBS_URL }) {
  const { host: Bucket, pathname } = new URL(MAPKEEP_BLOBS_URL)
  const root = `${pathname.slice(1)}/`
  const objects = []
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: root }))
    objects.push(...Contents.map(({ Key, Size }) => ({ name: Key.slice(root.length), size: Size, place: { Bucket, Key } })))
  return objects
}
