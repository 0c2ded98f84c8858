import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Problem } from '../domain/problem.ts'
import type { MapFiles } from './describe-map.ts'
import type { WorkerAnswer } from './map-worker.ts'

/** One thread that describes maps, one at a time. */
export interface WorkerThread {
  /** Describes a map off the event loop; the memory of the pieces moves to the worker. */
  describe(files: MapFiles): Promise<Uint8Array>
  close(): Promise<void>
}

/** What one map may cost: megabytes of heap, and milliseconds from the start of its reading. */
export interface ThreadLimits {
  readonly heapMegabytes: number
  readonly patience: number
}

/** A thread that is started with the first map, and again after it died or was ended: only the map to blame is refused. */
export function openWorkerThread({ heapMegabytes, patience }: ThreadLimits): WorkerThread {
  let running: Worker | undefined
  const start = () => {
    const worker = new Worker(new URL('./map-worker.js', import.meta.url), { resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } })
    const forget = () => {
      if (running === worker) running = undefined
    }
    worker.once('error', forget).once('exit', forget)
    running = worker
    return worker
  }
  return {
    describe: async files => {
      const worker = running ?? start()
      worker.ref()
      try {
        return await ask(worker, files, patience)
      } finally {
        // An idle thread is no reason to keep the process alive
        worker.unref()
      }
    },
    close: async () => {
      await running?.terminate()
    },
  }
}

async function ask(worker: Worker, files: MapFiles, patience: number): Promise<Uint8Array> {
  const stopped = new AbortController()
  const exit = once(worker, 'exit', { signal: stopped.signal }).then(() => {
    throw new Error('the thread that reads source maps has stopped')
  })
  exit.catch(() => {})
  let late = false
  // The refusal waits for the exit, so that the next map never meets a thread that is being ended
  const end = setTimeout(() => {
    late = true
    void worker.terminate()
  }, patience)
  const answer = once(worker, 'message', { signal: stopped.signal }) as Promise<[WorkerAnswer]>
  try {
    worker.postMessage(files, buffers(files))
    return descriptionOf((await Promise.race([answer, exit]))[0])
  } catch (error) {
    if (late) throw new Problem('too_large', `The source map takes longer to show than is allowed (${patience / 1000} s)`)
    throw isOutOfMemory(error) ? new Problem('too_large', 'The source map takes more memory than is allowed to show it') : error
  } finally {
    clearTimeout(end)
    stopped.abort()
  }
}

function descriptionOf(answer: WorkerAnswer): Uint8Array {
  if ('problem' in answer) throw new Problem(answer.problem.code, answer.problem.detail)
  if ('fault' in answer) throw new Error(`a source map could not be read: ${answer.fault}`)
  return answer.description
}

function buffers({ sourceMap, minifiedFile = [] }: MapFiles): ArrayBuffer[] {
  return [...sourceMap, ...minifiedFile].map(piece => piece.buffer as ArrayBuffer)
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}
