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
  /** Whether it starts with a call, and again with the next one should it be lost. */
  #late = true

  /** It starts with the first call. */
  constructor(settings: ThreadSettings) {
    this.#settings = settings
  }

  /** Starts it before anybody calls, so that the first one need not wait for that; once lost, it stays lost. Throws when there is no room for a thread. */
  start(): void {
    this.#late = false
    this.#worker ??= this.#open()
  }

  /** Throws when the thread takes no calls any more; one that is busy is alive. */
  assertAlive(): void {
    if (this.#ended) throw this.#ended
  }

  /** Runs a method in the thread; what is under way there is finished first. */
  call<M extends keyof Catalog>(method: M, args: Parameters<Catalog[M]>): ReturnType<Catalog[M]> {
    return new Promise((resolve, reject) => {
      // What is thrown refuses the answer, and nobody is left to wait for a call that could not be sent
      if (this.#ended) throw this.#ended
      const number = ++this.#last
      this.#worker ??= this.#open()
      this.#worker.postMessage({ number, method, args } satisfies Call)
      this.#waiting.set(number, { resolve, reject })
    }) as ReturnType<Catalog[M]>
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
    worker.on('error', error => this.#lose(worker, error instanceof Error ? error : new Error(String(error))))
    this.#exited = new Promise(resolve => {
      worker.on('exit', () => resolve(this.#lose(worker, this.#ended ?? new Error('a thread of the catalog has ended'))))
    })
    return worker
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number)
    this.#waiting.delete(reply.number)
    if ('failure' in reply) waiting?.reject(toError(reply.failure))
    else waiting?.resolve(reply.result as never)
  }

  #lose(worker: Worker, error: Error): void {
    // Its error comes before its end, and another one may have taken its place between them
    if (this.#worker !== worker) return
    if (this.#late) this.#worker = undefined
    else this.#ended ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
