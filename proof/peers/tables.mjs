import { quantile } from '../../bench/figures.mjs'

const titles = {
  put: 'upload',
  get: 'download',
  remove: 'delete one by one',
  removeAll: 'delete all of a round by one request',
}

/** One table for each set of files: a line for each job of each peer. */
export function tableOf({ tally, memory, peers, set, width }) {
  const rows = Object.keys(titles).flatMap(job =>
    peers.flatMap(({ name }) => {
      const taken = tally.get(`${name} ${job}`)
      return taken ? [rowOf({ job, name, taken, ours: oursFor(tally, job) })] : []
    }),
  )
  const peaks = peers.map(({ name }) => `${name} ${memory.get(name).toFixed(0)} MiB`)
  return {
    caption: `${set.count} ${set.title} of about ${sizeText(set.bytes)}, ${width} at a time; most memory resident: ${peaks.join(', ')}`,
    columns: ['job', 'by', 'files/s', 'MB/s', 'until synced, or off the disk: files/s', 'p50', 'p99', 'CPU per file', 'mapkeep is'],
    rows,
  }
}

/** What each of them leaves to somebody else. */
export function lacksTable(peers) {
  return {
    caption: 'What each does not do, so that the ratios can be read',
    columns: ['server', 'does not do'],
    rows: peers.map(({ name, lacks }) => [name, lacks]),
  }
}

const oursFor = (tally, job) => tally.get(`mapkeep ${job}`)

function rowOf({ job, name, taken, ours }) {
  const { files, bytes, time, rest, cpu, latencies } = taken
  const second = time / 1000
  return [
    titles[job],
    name,
    figure(files / second),
    figure(bytes / 1e6 / second),
    job === 'get' ? '' : figure(files / ((time + rest) / 1000)),
    ...[0.5, 0.99].map(share => `${figure(quantile(latencies, share))} ms`),
    `${figure((cpu / files) * 1000)} ms`,
    name === 'mapkeep' ? '' : ratio(job, { ours, theirs: taken }),
  ]
}

/** How many times as fast, per file; both as answered and until nothing is left to do for the disk. */
function ratio(job, { ours, theirs }) {
  const times = key => figure(key(theirs) / theirs.files / (key(ours) / ours.files))
  const answered = times(({ time }) => time)
  return job === 'get'
    ? `${answered} × as fast`
    : `${answered} × as fast, ${times(({ time, rest }) => time + rest)} × until synced or off the disk`
}

const figure = value => (value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))))
const sizeText = bytes => (bytes >= 1e6 ? `${bytes / 1e6} MB` : `${bytes / 1e3} KB`)
