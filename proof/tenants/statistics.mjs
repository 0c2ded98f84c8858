// What a run of paired times says. Pairs are measured within a few milliseconds of each other and in random order, so that whatever else the
// machine does meets both alike; ranks are taken, so that single slow requests weigh no more than others.

/**
 * Wilcoxon's signed-rank test of `pairs` of times, with the usual correction for ties, as a standard normal `z` (positive: the first ones are
 * slower); and the median of the differences with its 99.9 % confidence interval by order statistics.
 */
export function comparePairs(pairs) {
  const differences = pairs.map(([one, other]) => one - other)
  const sorted = differences.toSorted((a, b) => a - b)
  const n = sorted.length
  // Ranks of the sign test's interval: binomial, approximated by the normal distribution
  const half = (3.29 * Math.sqrt(n)) / 2
  const at = rank => sorted[Math.min(n - 1, Math.max(0, Math.round(rank)))]
  return { n, z: signedRanks(differences), shift: median(sorted), interval: [at(n / 2 - half - 1), at(n / 2 + half)] }
}

function signedRanks(differences) {
  const nonzero = differences.filter(each => each !== 0).toSorted((a, b) => Math.abs(a) - Math.abs(b))
  const n = nonzero.length
  if (n === 0) return 0
  let positive = 0
  let ties = 0
  for (let from = 0; from < n; ) {
    let to = from
    while (to < n && Math.abs(nonzero[to]) === Math.abs(nonzero[from])) to++
    const rank = (from + 1 + to) / 2
    for (let at = from; at < to; at++) if (nonzero[at] > 0) positive += rank
    ties += (to - from) ** 3 - (to - from)
    from = to
  }
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48
  return (positive - (n * (n + 1)) / 4) / Math.sqrt(variance)
}

/** The middle of a sorted list of numbers. */
export function median(sorted) {
  const middle = sorted.length / 2
  return sorted.length % 2 === 0 ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)]
}

/** A list in random order. */
export function shuffled(random, list) {
  const mixed = [...list]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other], mixed[at]]
  }
  return mixed
}
