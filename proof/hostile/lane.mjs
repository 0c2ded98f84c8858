// A lane: one kind of hostility, case after case, and the smallest case of what it finds.
import fc from 'fast-check'

/** How many smaller cases are tried for one finding, and for how many milliseconds. */
const patience = { cases: 150, time: 10_000 }

/** Tries `runs` cases; gives the smallest failing one with its faults, or nothing. */
export async function runLane({ arbitrary, trial, seed, runs }) {
  const found = { kind: undefined, tried: 0, until: 0 }
  const property = fc.asyncProperty(arbitrary, async each => {
    if (found.kind !== undefined && (++found.tried > patience.cases || performance.now() > found.until)) return
    const faults = await trial(each)
    const faulty = faults.find(fault => found.kind === undefined || kindOf(fault) === found.kind)
    if (faulty === undefined) return
    if (found.kind === undefined) found.until = performance.now() + patience.time
    found.kind = kindOf(faulty)
    throw new Error(faults.join('\n'))
  })
  const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns: runs })
  return failed ? { case: counterexample[0], faults: errorInstance.message.split('\n') } : undefined
}

/** A fault without what changes from case to case: only the same fault is made smaller. */
export const kindOf = fault => fault.replaceAll(/"(?:[^"\\]|\\.)*"|\d+/g, '…')
