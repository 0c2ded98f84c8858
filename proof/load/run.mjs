// Promised: a server under its full load answers everything, loses nothing, and needs no more memory, handles or disk as time passes.
//
//   npm run proof:load                          ten minutes
//   npm run proof:load -- --minutes 1 [--clients 8] [--seed N]
//
// How it is checked: a fixed number of clients, each doing one thing after another without a pause: whole releases uploaded through twenty
// connections (captured requests of datadog-ci, the build plugins and others, with new versions, build ids and contents; some files stay as
// they were), the same releases sent again, lists, look-ups, details, downloads, previews; for every release that comes the oldest goes by preview
// and plan, and some of those deletions are undone. A real datadog-ci uploads beside them. The undo window is short, so that what was deleted is
// purged in the same run and the disk finds its level. Each answer is compared with what was sent: number of maps, ids of repeats, digest of
// downloads. At the end fsck reads every byte. Any error, anything the server logs at level warn, a finding of fsck, or memory, handles or stored
// bytes that rise over the second half by more than 10, 5 or 20 per cent of their mean, or handles that stay open when the clients have gone,
// make the exit code 1.
//
// Why clients and not a rate: clients and server share the machine, and a generator of requests at a fixed rate would itself be late here. A ramp
// doubles the clients as long as 5 per cent more gets done. So the times are those that such clients see: one that waits sends nothing
// meanwhile, and what it would have sent is in no quantile. Who calls at a rate of his own sees longer times near the limit.
//
// What it cannot see: more than ten minutes, other machines, a cold disk, large files (bench), a catalog that was large before (proof:growth).
// The catalog itself keeps a row of every purged map and grows by design; it is shown, not judged.
import { closingAfter } from '../shared/closing.mjs'
import { flag } from '../shared/flags.mjs'
import { linePlot } from '../shared/plot.mjs'
import { keepRecord } from '../shared/record.mjs'
import { load, steadyUpTo } from './load.mjs'

const number = name => {
  const text = flag(name)
  return text === undefined ? undefined : Number(text)
}
const seconds = (number('minutes') ?? 10) * 60
const seed = number('seed') ?? Math.floor(Math.random() * 2 ** 31)
const told = text => console.error(text)

await closingAfter(async t => {
  told(`seed ${seed}`)
  const result = await load(t, { seconds, clients: number('clients'), seed, told })
  report(result)
  const broken = [...result.errors, ...unsteady(result)]
  for (const line of broken) told(line)
  if (broken.length > 0) told(`again: node proof/load/run.mjs --minutes ${seconds / 60} --clients ${result.clients} --seed ${seed}`)
  return broken.length > 0 ? 1 : 0
})

function unsteady({ rises }) {
  return Object.entries(rises)
    .filter(([name, { rise }]) => rise > steadyUpTo[name])
    .map(([name, { rise, mean }]) => `${name} rose by ${percent(rise)} of its mean of ${shown(mean)} over the second half`)
}

function report({ clients, keep, undoWindow, figures, samples, rises, errors, fsck }) {
  const series = name => ({ points: samples.map(sample => [sample.at / 60, sample[name]]) })
  const largest = name => Math.max(...samples.map(sample => sample[name]))
  keepRecord({
    name: 'load',
    title: `${seconds / 60} minutes at full load`,
    command: `npm run proof:load -- --minutes ${seconds / 60} --clients ${clients} --seed ${seed}`,
    tables: [
      {
        caption: `${clients} clients without a pause, for ${seconds / 60} minutes: times in ms, as such clients see them`,
        columns: ['operation', 'count', 'per second', 'p50', 'p99', 'p99.9', 'longest'],
        rows: figures.map(({ name, count, perSecond, ...times }) => [
          name,
          count.toLocaleString('en'),
          shown(perSecond),
          ...[times.p50, times.p99, times.p999, times.max].map(shown),
        ]),
      },
      {
        caption: 'The server over the second half of the run',
        columns: ['figure', 'mean', 'rise by least squares', 'bound', 'largest of all'],
        rows: Object.entries({ memory: 'resident memory, MiB', handles: 'open handles', blobs: 'stored bytes, MB' }).map(
          ([name, title]) => [title, shown(rises[name].mean), percent(rises[name].rise), percent(steadyUpTo[name]), shown(largest(name))],
        ),
      },
    ],
    plots: [
      {
        file: 'load-memory.svg',
        caption: 'Resident memory, open handles and stored bytes of the server during the run',
        svg: linePlot({
          title: 'The server at full load',
          x: 'minutes',
          y: 'MiB; handles; MB',
          series: [
            { name: 'resident memory, MiB', ...series('memory') },
            { name: 'open handles', ...series('handles') },
            { name: 'stored bytes, MB', ...series('blobs') },
          ],
        }),
      },
    ],
    notes: [
      `${errors.length} kinds of errors.`,
      `The longest lag of the event loop was ${shown(largest('lag'))} ms.`,
      `${keep} releases were kept; a deletion could be undone for ${undoWindow} s.`,
      `The catalog, which keeps a row of every purged map, had ${shown(samples[0].catalog)} MB at first and ${shown(samples.at(-1).catalog)} MB in the end.`,
      `fsck: ${fsck ?? 'found faults'}`,
    ],
  })
}

function shown(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)
}

function percent(value) {
  return `${(value * 100).toFixed(1)} %`
}
