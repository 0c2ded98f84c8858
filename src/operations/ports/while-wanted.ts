import { AsyncLocalStorage } from 'node:async_hooks'

/** What was being read is given up: who asked for it has gone away. */
export class Unwanted extends Error {
  constructor() {
    super('nobody waits for this any more')
    this.name = 'AbortError'
  }
}

/** Tells a store whether somebody still waits for what it reads, without a word of it in every call between. */
export interface WhileWanted {
  /** Around a request that only reads: what it and all it starts read may be given up once the signal is aborted. */
  run<T>(signal: AbortSignal, work: () => T): T
  /** Before a statement: the signal of the request it belongs to; nothing when it must run to its end. */
  signal(): AbortSignal | undefined
}

/** Makes what a door and a store need to have in common for this. */
export function createWhileWanted(): WhileWanted {
  const store = new AsyncLocalStorage<AbortSignal>()
  return { run: (signal, work) => store.run(signal, work), signal: () => store.getStore() }
}
