import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { type Call, type Reply, type ThreadSettings, toFailure } from './calls.ts'
import { type LocalCatalog, openLocal } from './open-local.ts'

/** Short writes that may share a commit; a long one would keep the others waiting. */
const batched: ReadonlySet<keyof Catalog> = new Set(['declareUpload', 'commitUpload', 'abandonUpload', 'forgetCopies', 'reserveCopy'])

/** Most calls of one commit. */
const batchSize = 64

interface Host extends LocalCatalog {
  readonly port: MessagePort
}

/** Runs the calls that come through the port one after another on one connection, also when one comes while another is being run. */
export function serveCalls(port: MessagePort, { file, access }: ThreadSettings): void {
  const host = { ...openLocal(file, access), port }
  let idle: Promise<void> = Promise.resolve()
  port.on('message', (call: Call) => {
    idle = idle.then(() => (access === 'write' && batched.has(call.method) ? runBatch(host, call) : runAlone(host, call)))
  })
}

async function runAlone(host: Host, call: Call): Promise<void> {
  host.port.postMessage(await run(host, call))
  // So the thread ends by itself: ended from outside in the middle of a native call it would take the process with it
  if (call.method === 'close') host.port.close()
}

/** Runs a short call and those short ones that have come in meanwhile; replies go out when the commit is durable. */
async function runBatch(host: Host, first: Call): Promise<void> {
  const replies: Reply[] = []
  let next: Call | undefined
  try {
    host.driver.beginBatch()
    next = first
    for (; next && batched.has(next.method); next = replies.length < batchSize ? waiting(host) : undefined) {
      replies.push(await run(host, next))
      host.driver.assertBatch()
    }
    host.driver.endBatch()
    for (const reply of replies) host.port.postMessage(reply)
  } catch (error) {
    const failed = new Set([first.number, ...replies.map(reply => reply.number)])
    for (const number of failed) host.port.postMessage({ number, failure: toFailure(error) } satisfies Reply)
  }
  if (next) await (batched.has(next.method) ? runBatch(host, next) : runAlone(host, next))
}

function waiting({ port }: Host): Call | undefined {
  return receiveMessageOnPort(port)?.message
}

async function run({ catalog }: Host, { number, method, args }: Call): Promise<Reply> {
  try {
    return { number, result: await (catalog[method] as (...given: readonly unknown[]) => Promise<unknown>)(...args) }
  } catch (error) {
    return { number, failure: toFailure(error) }
  }
}
