import fc from 'fast-check'
import { compareRuns, Difference } from './compare.mjs'
import { programs, settings } from './programs.mjs'

/** So long is looked for a smaller program that shows the same, in milliseconds. */
const usualShrinking = 240_000

/**
 * Compares the runs of random programs, one for each seed from `seed` on. Gives sums of figures, and for every program that made a
 * difference its seed and the smallest program found. `told` is given a line of progress.
 */
export async function noninterference(stores, { seed, count, steps, shrinking = usualShrinking, told = () => {} }) {
  const sums = { counts: {}, statuses: {}, differences: [] }
  let next = prepare(stores, seed)
  for (let nth = 0; nth < count; nth++) {
    const here = next
    // The next servers start while this program runs
    if (nth + 1 < count) next = prepare(stores, seed + nth + 1)
    const { figures, failure } = await check(stores, { seed: seed + nth, steps, shrinking, first: here })
    if (failure) sums.differences.push(failure)
    for (const part of ['counts', 'statuses']) add(sums[part], figures?.[part] ?? {})
    told(`program ${nth + 1} of ${count}, seed ${seed + nth}${failure ? ': a difference' : ''}`)
  }
  return sums
}

/** Everything about a program but its steps comes from its seed: the settings, and which of the two organizations A is. */
function conditions({ organizations }, seed) {
  const setting = settings[seed % settings.length]
  const names = Math.floor(seed / settings.length) % 2 === 0 ? ['default', 'second'] : ['second', 'default']
  const [A, B] = names.map(name => organizations[name])
  // The first organization is alone even in the catalog; the second cannot be
  return { setting, A, B, alone: names[0] === 'default' ? 'one' : 'two' }
}

function prepare(stores, seed) {
  const { setting, alone } = conditions(stores, seed)
  const servers = { together: stores.start('two', setting.env), alone: stores.start(alone, setting.env) }
  // Whoever waits for them hears of it
  for (const each of Object.values(servers)) each.catch(() => {})
  return servers
}

async function check(stores, { seed, steps, shrinking, first }) {
  const { setting, A, B } = conditions(stores, seed)
  let servers = first
  let figures
  let failedAt
  let broken
  const property = fc.asyncProperty(programs({ steps, purging: setting.purging }), async program => {
    // Later, no smaller one is found any more
    if (broken || (failedAt !== undefined && Date.now() - failedAt > shrinking)) return
    const mine = servers ?? prepare(stores, seed)
    servers = undefined
    try {
      figures = await compareRuns(program, { A, B, servers: mine })
    } catch (error) {
      // A server that does not start says nothing about the program
      if (!(error instanceof Difference)) broken ??= error
      failedAt ??= Date.now()
      throw error
    }
  })
  const result = await fc.check(property, { seed, numRuns: 1 })
  if (broken) throw broken
  if (!result.failed) return { figures }
  const [smallest] = result.counterexample
  const error = result.errorInstance?.message ?? String(result.errorInstance)
  return {
    failure: { seed, settings: setting.name, shrinks: result.numShrinks, steps: smallest.length, error, program: JSON.stringify(smallest) },
  }
}

function add(sums, more) {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + count
}
