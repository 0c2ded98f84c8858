import { parentPort } from 'node:worker_threads'
import { Problem, type ProblemCode } from '../domain/problem.ts'
import { asciiBytes } from './ascii-bytes.ts'
import { describeMap, type MapFiles } from './describe-map.ts'

/** What the worker answers: the bytes of a description, or why there is none. */
export type WorkerAnswer =
  | { readonly description: Uint8Array<ArrayBuffer> }
  | { readonly problem: { readonly code: ProblemCode; readonly detail: string } }
  | { readonly fault: string }

parentPort?.on('message', (files: MapFiles) => {
  const answer = answerTo(files)
  parentPort?.postMessage(answer, 'description' in answer ? [answer.description.buffer] : [])
})

function answerTo(files: MapFiles): WorkerAnswer {
  try {
    return { description: asciiBytes(describeMap(files)) }
  } catch (error) {
    if (error instanceof Problem) return { problem: { code: error.code, detail: error.message } }
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}
