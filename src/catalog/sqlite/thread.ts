// Runs in a worker thread: one connection, one catalog method at a time.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { type Call, type Reply, type ThreadSettings, toFailure } from './calls.ts'
import { openLocal } from './open-local.ts'

/** Short writes that may share a commit; a long one would keep the others waiting. */
const batched: ReadonlySet<keyof Catalog> = new Set(['declareUpload', 'commitUpload', 'abandonUpload', 'forgetCopies', 'reserveCopy'])

/** Most calls of one commit. */
const batchSize = 64

const { file, access } = workerData as ThreadSettings
const { catalog, driver } = openLocal(file, access)
const port = parentPort
if (!port) throw new Error('this file is the body of a worker thread')

// Calls are run one after another, also when a message arrives while one is being run
let idle: Promise<void> = Promise.resolve()
port.on('message', (call: Call) => {
  idle = idle.then(() => (access === 'write' && batched.has(call.method) ? runBatch(call) : runAlone(call)))
})

async function runAlone(call: Call): Promise<void> {
  port?.postMessage(await run(call))
}

/** Runs a short call and those short ones that have come in meanwhile; replies go out when the commit is durable. */
async function runBatch(first: Call): Promise<void> {
  const replies: Reply[] = []
  let next: Call | undefined = first
  try {
    driver.beginBatch()
    for (; next && batched.has(next.method); next = replies.length < batchSize ? waiting() : undefined) replies.push(await run(next))
    driver.endBatch()
    for (const reply of replies) port?.postMessage(reply)
  } catch (error) {
    const failed = new Set([first.number, ...replies.map(reply => reply.number)])
    for (const number of failed) port?.postMessage({ number, failure: toFailure(error) } satisfies Reply)
  }
  if (next) await (batched.has(next.method) ? runBatch(next) : runAlone(next))
}

function waiting(): Call | undefined {
  return port ? receiveMessageOnPort(port)?.message : undefined
}

async function run({ number, method, args }: Call): Promise<Reply> {
  try {
    return { number, result: await (catalog[method] as (...given: readonly unknown[]) => Promise<unknown>)(...args) }
  } catch (error) {
    return { number, failure: toFailure(error) }
  }
}
