import { seeded } from '../shared/random.mjs'
import { organization, send } from './organization.mjs'
import { comparePairs, median, shuffled } from './statistics.mjs'
import { timedClasses } from './timed-classes.mjs'

/** A class differs beyond this |z|. It is the threshold of dudect; some 60 comparisons of nothing exceed it once in 2,500 runs. */
export const threshold = 4.5

/** Of the median: so wide at most may the interval of the difference reach before "the same" is said. */
export const bound = 0.05

/**
 * These must be seen to differ, own from nobody's: or the instrument sees nothing. A preview need not, though one is answered and the other
 * refused: writing a plan down takes about as long as writing down the refusal.
 */
const mustDiffer = ['list by release', 'get by id', 'download by id', 'query symbols by build id']

/** Measures every class on a fresh server; gives for each what was found. `told` is given a line of progress. */
export async function timing(stores, { seed, samples, warmUp, pool = 100, told = () => {} }) {
  const server = await stores.start('two', { MAPKEEP_RATE_LIMIT: 'read=off,delete=off,upload=off' })
  const a = organization(server, stores.organizations.default, '127.0.0.2')
  const b = organization(server, stores.organizations.second, '127.0.0.3')
  try {
    const classes = await timedClasses({ a, b, samples: samples + warmUp, pool })
    const found = []
    for (const each of classes) {
      await each.prepare?.()
      const times = await measure(a, each, { random: seeded(seed), samples, warmUp })
      found.push(judge(each, times))
      told(`timed ${each.name}`)
    }
    return found
  } finally {
    a.close()
    b.close()
    await server.stop()
  }
}

/** In each round one request about each sort, in random order; only the rounds after the warm-up count. */
async function measure(a, { name, sorts, request }, { random, samples, warmUp }) {
  const times = Object.fromEntries(sorts.map(sort => [sort, []]))
  for (let round = 0; round < samples + warmUp; round++) {
    const statuses = {}
    for (const sort of shuffled(random, sorts)) {
      const asked = request(sort, round)
      const from = performance.now()
      const { status } = await send(a, asked)
      if (round >= warmUp) times[sort].push(performance.now() - from)
      statuses[sort] = status
    }
    if (statuses.theirs !== statuses.nobody) throw new Error(`${name}: ${statuses.theirs} for B's, ${statuses.nobody} for nobody's`)
  }
  return times
}

function judge({ name, sorts }, times) {
  const against = sort => comparePairs(times[sort].map((time, at) => [time, times.nobody[at]]))
  const usual = median(times.nobody.toSorted((a, b) => a - b))
  const theirs = against('theirs')
  const nothing = against('nobody2')
  const own = sorts.includes('own') ? against('own') : undefined
  const differs = ({ z }) => Math.abs(z) > threshold
  const faults = [
    ...(differs(theirs) ? [`${name}: what B has takes another time than what nobody has (z ${theirs.z.toFixed(1)})`] : []),
    ...(differs(nothing) ? [`${name}: the null control differs (z ${nothing.z.toFixed(1)}), so nothing can be said`] : []),
    ...(mustDiffer.includes(name) && !differs(own) ? [`${name}: own and nobody's are not told apart, so the instrument is blind`] : []),
  ]
  const decided = theirs.interval.every(edge => Math.abs(edge) <= bound * usual)
  if (faults.length === 0 && !decided) faults.push(`${name}: too few samples to say that the times are the same`)
  return { name, usual, theirs, nothing, own, faults, verdict: faults.length === 0 ? 'the same' : 'fault' }
}
