import { isDeepStrictEqual } from 'node:util'
import { runProgram } from './run-program.mjs'

/** Two runs that should have been the same were not. */
export class Difference extends Error {}

/**
 * Runs a program twice, with both organizations and then with A alone, each on a fresh server, and compares everything that A was answered.
 * Throws a {@link Difference}. Gives figures of what was compared.
 */
export async function compareRuns(program, { A, B, servers }) {
  const together = await servers.together
  const both = await runProgram(together, program, { A, B }).finally(() => together.stop())
  const alone = await servers.alone
  const one = await runProgram(alone, program, { A, B, taken: both.taken }).finally(() => alone.stop())
  for (const run of [both, one]) if (run.faults.length > 0) throw new Difference(run.faults.join('\n'))
  const different = both.trace.findIndex((each, at) => !isDeepStrictEqual(each.answer, one.trace[at].answer))
  if (different >= 0) throw new Difference(difference(both.trace, one.trace, different))
  return figures(program, both)
}

function difference(both, one, at) {
  return [
    `A's answer ${at + 1} differs. A asked, in this order (with B at work between):`,
    ...both.slice(0, at + 1).map(({ line }) => `  ${line}`),
    'answered with B about:',
    `  ${JSON.stringify(both[at].answer)}`,
    'answered when A was alone:',
    `  ${JSON.stringify(one[at].answer)}`,
    `(asked when alone: ${one[at].line})`,
  ].join('\n')
}

function figures(program, { trace, taken }) {
  const counts = {
    programs: 1,
    'steps of A': program.filter(({ who }) => who === 'A').length,
    'steps of B': program.filter(({ who }) => who === 'B').length,
    purges: program.filter(({ who }) => who === 'operator').length,
    'things of B that A named': taken.length,
    'answers of A compared': trace.length,
    'values in them': trace.reduce((sum, { answer }) => sum + 1 + answer.headers.length + leaves(answer.body), 0),
  }
  const statuses = {}
  for (const { kind, answer } of trace) {
    if (kind === '(last look)') continue
    const name = `${kind} ${answer.status}`
    statuses[name] = (statuses[name] ?? 0) + 1
  }
  return { counts, statuses }
}

function leaves(text) {
  try {
    return countLeaves(JSON.parse(text))
  } catch {
    return 1
  }
}

function countLeaves(value) {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum, each) => sum + countLeaves(each), 0)
}
