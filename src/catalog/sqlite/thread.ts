// The body of a worker thread that serves one catalog file.
import { parentPort, workerData } from 'node:worker_threads'
import type { ThreadSettings } from './calls.ts'
import { serveCalls } from './serve-calls.ts'

if (!parentPort) throw new Error('this file is the body of a worker thread')
serveCalls(parentPort, workerData as ThreadSettings)
