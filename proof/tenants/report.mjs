import { bound, threshold } from './timing.mjs'

/** What two organizations' programs were answered on each engine, as a table for the record. */
export function answersTable(results) {
  const rows = Object.keys(results[0].answers.counts).map(name => [name, ...results.map(({ answers }) => number(answers.counts[name]))])
  const differences = ['answers that differ', ...results.map(({ answers }) => number(answers.differences.length))]
  const engines = results.map(({ engine }) => engine)
  return { caption: 'Answers with a second organization at work and without', columns: ['', ...engines], rows: [...rows, differences] }
}

/** The times of one engine, as a table for the record. */
export function timesTable({ engine, times }) {
  const limits = `a fault beyond |z| ${threshold} or ${bound * 100} % of the median`
  return {
    caption: `Times on ${engine}: what B has against what nobody has (${number(times[0].theirs.n)} rounds each, ${limits})`,
    columns: ['request', 'median, µs', 'median difference, µs', '99.9 % interval, µs', 'z', 'z of nothing', 'z of own', 'verdict'],
    rows: times.map(({ name, usual, theirs, nothing, own, verdict }) => [
      name,
      micro(usual),
      micro(theirs.shift),
      theirs.interval.map(micro).join(' to '),
      theirs.z.toFixed(2),
      nothing.z.toFixed(2),
      own ? own.z.toFixed(2) : '',
      verdict,
    ]),
  }
}

/** How many requests of A ended with which class of status, in words. */
export function outcomes({ engine, answers }) {
  const classes = {}
  for (const [name, count] of Object.entries(answers.statuses)) {
    const status = `${name.split(' ')[1][0]}xx`
    classes[status] = (classes[status] ?? 0) + count
  }
  const told = Object.entries(classes).map(([name, count]) => `${name} ${count}`)
  return `${engine} ${told.join(', ')}`
}

function number(value = 0) {
  return value.toLocaleString('en')
}

function micro(milliseconds) {
  return (milliseconds * 1000).toFixed(1)
}
