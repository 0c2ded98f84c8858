import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { cephMissing, startCeph } from '../../dist/blobs/s3/ceph.fixture.js'
import { postgresMissing } from '../../dist/catalog/postgres/postgres-programs.fixture.js'
import { startPostgres } from '../../dist/catalog/postgres/postgres-server.fixture.js'
import { balancerMissing } from './balancer.mjs'

/** What keeps an installation of several nodes from being started here, in words; nothing when it can. */
export function clusterMissing() {
  return postgresMissing() ?? cephMissing() ?? balancerMissing()
}

/**
 * Starts a Postgres and an S3 server with a bucket, both empty, on loopback; takes ten seconds or more. `place` says where they are, and
 * can be written as JSON. Nothing of it outlives `stop`, so nothing is made to outlive a power cut.
 */
export async function startStores() {
  // Three nodes of sixteen connections each, for several installations at once
  const [postgres, ceph] = await Promise.allSettled([startPostgres({ fsync: 'off', max_connections: '400' }), startCeph()])
  const stop = async () => {
    await Promise.all([postgres.value?.remove(), ceph.value?.stop()])
  }
  try {
    for (const { reason } of [postgres, ceph]) if (reason) throw reason
    const { endpoint, accessKeyId, secretAccessKey } = ceph.value
    const bucket = await ceph.value.makeBucket()
    return { place: { postgres: postgres.value.url(''), endpoint, accessKeyId, secretAccessKey, bucket }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A new database and a new prefix of the bucket, as the environment of a node. */
export async function newInstallation({ postgres, endpoint, accessKeyId, secretAccessKey, bucket }) {
  const name = `mapkeep_${randomBytes(8).toString('hex')}`
  await ask(`${postgres}postgres`, `create database ${name}`)
  return {
    MAPKEEP_DATABASE_URL: `${postgres}${name}`,
    MAPKEEP_BLOBS_URL: `s3://${bucket}/${name}`,
    MAPKEEP_S3_ENDPOINT: endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: 'us-east-1',
  }
}

/** Asks a database once and gives the rows. */
export async function ask(url, statement, values = []) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement, values)).rows
  } finally {
    await client.end()
  }
}
