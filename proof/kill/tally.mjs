// What a run did, for its record.

/** Counts by name. */
export function newTally() {
  return { counts: new Map(), bytes: 0 }
}

/** Adds to a count; names are `group: what`. */
export function count(tally, name, by = 1) {
  tally.counts.set(name, (tally.counts.get(name) ?? 0) + by)
}

/** One count. */
export const counted = (tally, name) => tally.counts.get(name) ?? 0

/** The counts of a group as rows of texts. */
export function rowsOf(tally, group) {
  const rows = [...tally.counts].filter(([name]) => name.startsWith(`${group}: `)).sort(([one], [other]) => (one < other ? -1 : 1))
  return rows.map(([name, number]) => [name.slice(group.length + 2), number.toLocaleString('en')])
}
