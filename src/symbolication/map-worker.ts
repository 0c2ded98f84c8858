import { parentPort } from 'node:worker_threads'
import { Problem, type ProblemCode } from '../domain/problem.ts'
import { describeMap, type MapFiles } from './describe-map.ts'

/** What the worker answers: the text as ASCII bytes, or why there is none. */
export type WorkerAnswer =
  | { readonly text: Uint8Array<ArrayBuffer> }
  | { readonly problem: { readonly code: ProblemCode; readonly detail: string } }
  | { readonly fault: string }

parentPort?.on('message', (files: MapFiles) => {
  const answer = answerTo(files)
  parentPort?.postMessage(answer, 'text' in answer ? [answer.text.buffer] : [])
})

function answerTo(files: MapFiles): WorkerAnswer {
  try {
    const text = describeMap(files)
    const bytes = Buffer.from(new ArrayBuffer(text.length))
    bytes.write(text, 'latin1')
    return { text: bytes }
  } catch (error) {
    if (error instanceof Problem) return { problem: { code: error.code, detail: error.message } }
    return { fault: error instanceof Error ? error.message : String(error) }
  }
}
