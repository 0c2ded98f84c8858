// What `npm run cluster` starts. It ends, and removes everything, when the process that started it goes or disconnects.
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { cleanEnvironment } from '../wire/running-server.mjs'
import { startNodes } from './nodes.mjs'
import { clusterMissing, newInstallation, startStores } from './stores.mjs'

const packages = 'haproxy radosgw ceph-mon ceph-osd'
// Of what is set for this program the nodes get what does not say where they and their stores are
const passedOn = /^MAPKEEP_(?!(HOST|PORT|DATA|DATABASE_URL|BLOBS_URL|METRICS_PORT|S3_.*|TEST_.*)$)/

const gone = new Promise(resolve => process.once('disconnect', resolve))
const closers = []
try {
  process.exitCode = await main()
} finally {
  for (const close of closers.reverse()) await close()
  if (process.connected) process.disconnect()
}

async function main() {
  const missing = clusterMissing()
  if (missing) return fail(`${missing}; all that is needed: apt-get install --yes --no-install-recommends ${packages}`)
  try {
    await start()
  } catch (error) {
    return fail(error.message)
  }
  await gone
  return 0
}

function fail(why) {
  console.error(why)
  return 1
}

async function start() {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'mapkeep-cluster-'))
  closers.push(() => fs.rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const stores = await startStores()
  closers.push(stores.stop)
  const settings = Object.fromEntries(Object.entries(process.env).filter(([name]) => passedOn.test(name)))
  const env = cleanEnvironment({ ...settings, ...(await newInstallation(stores.place)) })
  const output = outputOfOne()
  const running = await startNodes({ env, folder, told: output.told, port: Number(process.env.MAPKEEP_PORT ?? 8190) })
  closers.push(() => running.end('SIGTERM'))
  output.show(running.url)
  console.log(`nodes            ${running.nodes.map(({ url, pid }) => `${url} (process ${pid})`).join(', ')}`)
  console.log(`catalog          ${env.MAPKEEP_DATABASE_URL}`)
  console.log(`blobs            ${env.MAPKEEP_BLOBS_URL} at ${env.MAPKEEP_S3_ENDPOINT}`)
  console.log('Ctrl-C ends all of it and removes its data')
}

/** Of what the nodes print on stdout only what one would: one ready line, and the keys, which one of them has made. */
function outputOfOne() {
  let [printed, isShown, seen] = ['', false, 0]
  const showKeys = () => {
    const keys = printed.match(/^(api|application) key .*\n/gm) ?? []
    if (isShown) for (; seen < keys.length; seen++) process.stdout.write(keys[seen])
  }
  return {
    told: (text, isOutput) => {
      if (!isOutput) return process.stderr.write(text)
      printed += text
      showKeys()
    },
    show: url => {
      console.log(printed.match(/^mapkeep \S+ listening on /m)[0] + url)
      isShown = true
      showKeys()
    },
  }
}
