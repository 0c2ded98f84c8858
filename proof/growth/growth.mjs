import { growTo } from './fill.mjs'
import { mapkeepReport } from './inspect.mjs'
import { measureAll } from './measure.mjs'
import { requests } from './requests.mjs'

/** How much more a request may cost at the largest size than at the smallest and still be called flat. */
export const flatUpTo = 1.5

const day = 86_400_000

/**
 * Grows one installation on an engine through the sizes, given in rising order, and measures every request at each. Gives the sizes with
 * `costs` by request (what `pick` makes of the rounds) and `bytes` on disk, and what was found wrong with what was filled in, as sentences.
 */
export async function growth(t, { engine, sizes, chunks, rounds, batch, pick, inspectUpTo, told }) {
  const installation = { ...(await engine.open(t)), dialect: engine.dialect }
  // All of it was uploaded in the last four hundred days or so
  const clock = { epoch: Date.now() - 500 * day, step: Math.max(1, Math.floor((400 * day) / sizes.at(-1))) }
  const [probes, measured, faults] = [[], [], []]
  for (const size of sizes) {
    const start = performance.now()
    await growTo(installation, { size, chunks, probes, clock, told: text => told(`${engine.title}: ${text}`) })
    const seconds = Math.round((performance.now() - start) / 1000)
    const bytes = await installation.diskBytes()
    told(
      `${engine.title}: ${size.toLocaleString('en')} maps after ${seconds} s, ${Math.round(bytes / 1e6).toLocaleString('en')} MB; measuring`,
    )
    faults.push(...(await mapkeepReport(installation, { inspect: size <= inspectUpTo })))
    measured.push({ size, bytes, seconds, costs: await measureAll(installation, { probes, rounds, batch, pick }) })
  }
  return { measured, faults }
}

/** Each request with its costs at the sizes and how many times the first one the last one is, by processor time, which noise hardly moves. */
export function verdicts(measured, bound = flatUpTo) {
  const [first, last] = [measured[0], measured.at(-1)]
  return Object.entries(requests).map(([name, { grows, isControl }]) => {
    const ratio = how => last.costs[name][how] / first.costs[name][how]
    const cpu = ratio('cpu')
    return { name, grows, isControl, cpu, wall: ratio('wall'), isFlat: cpu <= bound, costs: measured.map(({ costs }) => costs[name]) }
  })
}
