import { createHistogram } from 'node:perf_hooks'

/** So many different errors are told apart. */
const mostErrors = 50

/** Counts and times operations by name, in a bounded space however many there are: a histogram of three digits each. */
export function meter() {
  const kinds = new Map()
  const errors = new Map()
  let began = performance.now()
  return {
    /** Does something and notes how long it took; an error is noted, and nothing is given back. */
    async time(name, work) {
      const start = performance.now()
      try {
        const result = await work()
        histogramOf(kinds, name).record(Math.max(1, Math.round((performance.now() - start) * 1000)))
        return result
      } catch (error) {
        const known = `${name}: ${error.message}`.slice(0, 300)
        const text = errors.has(known) || errors.size < mostErrors ? known : 'other errors'
        errors.set(text, (errors.get(text) ?? 0) + 1)
        return undefined
      }
    },
    restart() {
      kinds.clear()
      began = performance.now()
    },
    /** Operations since the start, all kinds together. */
    count: () => [...kinds.values()].reduce((sum, { count }) => sum + count, 0),
    /** Each kind: how many, how many per second, and quantiles in ms. */
    figures() {
      const seconds = (performance.now() - began) / 1000
      return [...kinds].sort().map(([name, histogram]) => {
        const at = share => histogram.percentile(share) / 1000
        return {
          name,
          count: histogram.count,
          perSecond: histogram.count / seconds,
          p50: at(50),
          p99: at(99),
          p999: at(99.9),
          max: histogram.max / 1000,
        }
      })
    },
    /** What went wrong, with how often, since the very beginning. */
    errors: () => [...errors].map(([text, times]) => `${text} (${times}×)`),
  }
}

function histogramOf(kinds, name) {
  if (!kinds.has(name)) kinds.set(name, createHistogram())
  return kinds.get(name)
}
