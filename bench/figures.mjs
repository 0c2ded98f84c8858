import { execFileSync } from 'node:child_process'

/** The middle value. */
export function median(values) {
  return quantile(values, 0.5)
}

/** The value below which this share of the values lies. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
}

/**
 * Runs both jobs in turn, so that a change of the machine's speed meets both; gives the medians of what they return. The disk is
 * let come to rest before each, because a sync also waits for what somebody else wrote before and did not sync.
 */
export async function sideBySide(rounds, ours, theirs) {
  const [a, b] = [[], []]
  for (let round = 0; round < rounds; round++) {
    execFileSync('sync')
    a.push(await ours(round))
    execFileSync('sync')
    b.push(await theirs(round))
  }
  return { ours: median(a), theirs: median(b) }
}

/** How long the job takes, in ms. */
export async function timed(job) {
  const start = performance.now()
  await job()
  return performance.now() - start
}

/** A row of the table: what was measured, the figures, and the target with whether it is met. */
export function row(work, figures, { value, atMost, atLeast, unit = '×' } = {}) {
  const target = atMost !== undefined ? `≤ ${atMost}${unit}` : atLeast !== undefined ? `≥ ${atLeast}${unit}` : '—'
  const met = atMost !== undefined ? value <= atMost : atLeast !== undefined ? value >= atLeast : undefined
  const shown = value === undefined ? '—' : `${value >= 100 ? value.toFixed(0) : value.toPrecision(3)}${unit}`
  return { work, figures, result: shown, target, met: met === undefined ? '' : met ? 'yes' : '**no**' }
}

/** A count with its thousands apart. */
export function counted(value) {
  return value.toLocaleString('en')
}

/** A time in words. */
export function ms(value) {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toPrecision(3)} ms`
}
