// What the server holds once its garbage is collected, over a run, and whether that grows with the number of requests.
import { setTimeout as sleep } from 'node:timers/promises'
import { figuresOf, memoryOf } from './grounds.mjs'

/** For NODE_OPTIONS of the server: lets a signal collect its garbage. */
export const collecting = `--import=${new URL('./collect.mjs', import.meta.url)}`

/**
 * MiB. `most`: by which resident memory may rise over what it is after the warm-up while hostile requests run. `end`: by which what is left after
 * a collection may be more in the end than after the warm-up; of the resident memory that is mostly what the allocator keeps for itself.
 * `rise`: by which that may be more in the last third of a run than in the second; a kibibyte kept of each of 100,000 requests makes 33.
 */
export const memoryBounds = { most: 320, end: { resident: 160, heap: 16 }, rise: { resident: 24, heap: 6 } }

/** So many looks in a third are enough to compare it with another. */
const fewest = 3

/** Requests of a run whose thirds are compared: in a shorter one what the allocator keeps may rise by as much as the bound. */
const settled = { resident: 20_000, heap: 0 }

/** Collects three times, since what one collection lets go of is often freed by the next, and gives the least that was seen, in MiB. */
export async function heldBy({ server, node }) {
  const held = { resident: Number.POSITIVE_INFINITY, heap: Number.POSITIVE_INFINITY }
  for (let left = 3; left > 0; left--) {
    process.kill(node.pid, 'SIGUSR2')
    await sleep(150)
    const figure = await figuresOf(server)
    const heap = figure('nodejs_heap_size_used_bytes') + figure('nodejs_external_memory_bytes')
    held.resident = Math.min(held.resident, memoryOf(node.pid))
    held.heap = Math.min(held.heap, heap / 2 ** 20)
  }
  return held
}

/** The mean of what was held in each third of the looks, or nothing when they are few; each look is `{ requests, resident, heap }`. */
export function thirdsOf(looks) {
  const size = Math.floor(looks.length / 3)
  if (size < fewest) return undefined
  const mean = (third, name) => third.reduce((sum, look) => sum + look[name], 0) / size
  return [3, 2, 1].map(left => {
    const third = looks.slice(looks.length - left * size, looks.length - (left - 1) * size)
    return { resident: mean(third, 'resident'), heap: mean(third, 'heap') }
  })
}

/** What is wrong with the memory of a whole run: resident at first and at most, and what was held before, at each look, and in the end. */
export function memoryFaults({ start, most, before, looks, end }) {
  const faults = []
  const compare = ({ from, to, bound, text }) => {
    // A figure that is missing is a fault, too
    if (!(to - from <= bound)) faults.push(`${text}: ${to.toFixed(1)} MiB, and before ${from.toFixed(1)}`)
  }
  compare({ from: start, to: most, bound: memoryBounds.most, text: 'resident memory grew too much' })
  const thirds = thirdsOf(looks)
  if (!thirds && looks.at(-1)?.requests >= settled.resident) faults.push('too few looks at the memory to tell whether it grows')
  for (const name of ['resident', 'heap']) {
    compare({ from: before[name], to: end[name], bound: memoryBounds.end[name], text: `memory did not come back (${name})` })
    if (thirds && looks.at(-1).requests >= settled[name])
      compare({ from: thirds[1][name], to: thirds[2][name], bound: memoryBounds.rise[name], text: `memory grows with requests (${name})` })
  }
  return faults
}
