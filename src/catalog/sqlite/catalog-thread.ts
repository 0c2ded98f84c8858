import { Worker } from 'node:worker_threads'
import type { Catalog } from '../../operations/ports/catalog.ts'
import { type Call, type Reply, type ThreadSettings, toError } from './calls.ts'

interface Waiting {
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

/** A thread with a connection of its own, to which catalog methods can be sent. */
export class CatalogThread {
  readonly #settings: ThreadSettings
  #worker: Worker | undefined
  #exited: Promise<void> | undefined
  readonly #waiting = new Map<number, Waiting>()
  #last = 0
  #ended: Error | undefined

  /** It starts with the first call. */
  constructor(settings: ThreadSettings) {
    this.#settings = settings
  }

  /** Starts it before anybody calls, so that the first one need not wait for that. */
  start(): this {
    this.#worker ??= this.#open()
    return this
  }

  /** Throws when the thread takes no calls any more; one that is busy is alive. */
  assertAlive(): void {
    if (this.#ended) throw this.#ended
  }

  /** Runs a method in the thread; what is under way there is finished first. */
  call<M extends keyof Catalog>(method: M, args: Parameters<Catalog[M]>): ReturnType<Catalog[M]> {
    if (this.#ended) return Promise.reject(this.#ended) as ReturnType<Catalog[M]>
    const number = ++this.#last
    const answer = new Promise((resolve, reject) => this.#waiting.set(number, { resolve, reject }))
    this.#worker ??= this.#open()
    this.#worker.postMessage({ number, method, args } satisfies Call)
    return answer as ReturnType<Catalog[M]>
  }

  /** Finishes what was asked before, refuses the rest, and waits until the thread has ended by itself. */
  async close(): Promise<void> {
    const closed = this.#worker && !this.#ended ? this.call('close', []).catch(() => {}) : undefined
    this.#ended ??= new Error('the catalog is closed')
    await closed
    await this.#exited
  }

  #open(): Worker {
    const worker = new Worker(new URL('./thread.js', import.meta.url), { workerData: this.#settings })
    worker.on('message', (reply: Reply) => this.#settle(reply))
    worker.on('error', error => this.#failAll(error instanceof Error ? error : new Error(String(error))))
    this.#exited = new Promise(resolve => {
      worker.on('exit', () => resolve(this.#failAll(new Error('the catalog is closed'))))
    })
    return worker
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number)
    this.#waiting.delete(reply.number)
    if ('failure' in reply) waiting?.reject(toError(reply.failure))
    else waiting?.resolve(reply.result as never)
  }

  #failAll(error: Error): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
