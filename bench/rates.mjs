// How many requests a server answers.
import { scaled } from './scale.mjs'
import { send } from './server.mjs'

const seconds = scaled(3000, 50) / 1000

/** How many of these requests a second are answered with success, so many at a time, for three seconds. */
export async function requestsPerSecond(server, request, width = 8) {
  const end = performance.now() + seconds * 1000
  let answered = 0
  const client = async () => {
    while (performance.now() < end) {
      const { status } = await send(server, request)
      if (status !== 200) throw new Error(`a request was answered with ${status}`)
      answered++
    }
  }
  await Promise.all(Array.from({ length: width }, client))
  return answered / seconds
}
