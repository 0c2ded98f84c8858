// What a run counts.

/** Counters of requests by family and of answers by class of status. */
export function createTally() {
  const families = new Map()
  const classes = new Map()
  const tally = { families, classes, requests: 0, slowest: { ms: 0, family: 'none' }, refusedUploads: 0, taken: 0, note: () => {} }
  tally.note = (family, { status, ms = 0 }) => {
    tally.requests++
    bump(families, family)
    bump(classes, status ? `${Math.floor(status / 100)}xx` : 'connection closed')
    if (ms > tally.slowest.ms) tally.slowest = { ms, family }
  }
  return tally
}

const bump = (map, key) => map.set(key, (map.get(key) ?? 0) + 1)
