import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { Problem } from '../domain/problem.ts'
import type { MapFiles } from './describe-map.ts'
import type { WorkerAnswer } from './map-worker.ts'

/** One thread that describes maps, one at a time. */
export interface WorkerThread {
  /** Describes a map off the event loop; the memory of the pieces moves to the worker. */
  describe(files: MapFiles): Promise<string>
  close(): Promise<void>
}

/** A thread that is started with the first map, and again after it died: only the map that killed it is refused. */
export function openWorkerThread(heapMegabytes: number): WorkerThread {
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
        return await ask(worker, files)
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

async function ask(worker: Worker, files: MapFiles): Promise<string> {
  const stopped = new AbortController()
  const exit = once(worker, 'exit', { signal: stopped.signal }).then(() => {
    throw new Error('the thread that reads source maps has stopped')
  })
  exit.catch(() => {})
  const answer = once(worker, 'message', { signal: stopped.signal }) as Promise<[WorkerAnswer]>
  try {
    worker.postMessage(files, buffers(files))
    return toText((await Promise.race([answer, exit]))[0])
  } catch (error) {
    throw isOutOfMemory(error) ? new Problem('too_large', 'The source map takes more memory than is allowed to show it') : error
  } finally {
    stopped.abort()
  }
}

function toText(answer: WorkerAnswer): string {
  if ('problem' in answer) throw new Problem(answer.problem.code, answer.problem.detail)
  if ('fault' in answer) throw new Error(`a source map could not be read: ${answer.fault}`)
  const { buffer, byteOffset, byteLength } = answer.text
  return Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

function buffers({ sourceMap, minifiedFile = [] }: MapFiles): ArrayBuffer[] {
  return [...sourceMap, ...minifiedFile].map(piece => piece.buffer as ArrayBuffer)
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
}
