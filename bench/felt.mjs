// What others feel of a large piece of work: small requests that are sent while it goes on.
import { scaled } from './scale.mjs'
import { send } from './server.mjs'

const smallList = '/api/v2/sourcemaps/list?mapkind=js&filter%5Bservice%5D=small&filter%5Bversion%5D=1.0.0'

/** Times of small reads (ms), sent one after another with a little pause, while the job runs. */
export async function readsWhile(server, job) {
  const times = []
  let done = false
  const reads = (async () => {
    while (!done) {
      times.push((await send(server, { path: smallList })).total)
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  })()
  await job()
  done = true
  await reads
  return times
}

/** Times of small reads on an idle server, for five seconds. */
export function readsWhenIdle(server) {
  return readsWhile(server, () => new Promise(resolve => setTimeout(resolve, scaled(5000, 100))))
}

/** Time to the first byte of an answer (ms) and its headers; the rest is not read. */
export function firstAnswer(server, request) {
  const start = performance.now()
  return new Promise((resolve, reject) => {
    const onData = response => {
      resolve({ time: performance.now() - start, status: response.statusCode, headers: response.headers })
      response.destroy()
    }
    // After the first byte the connection is meant to break
    send(server, { ...request, onData }).catch(reject)
  })
}

/** The time alone. */
export async function firstByte(server, request) {
  return (await firstAnswer(server, request)).time
}
