// Loaded into the server before its own program, in every thread of it: a signal collects the garbage of all threads, so that what is left is held.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { BroadcastChannel, isMainThread } from 'node:worker_threads'

// A flag of the command line would be refused in a thread
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
const threads = new BroadcastChannel('collect')
threads.unref()
threads.onmessage = () => collect()

if (isMainThread) {
  process.on('SIGUSR2', () => {
    collect()
    threads.postMessage('collect')
  })
}
