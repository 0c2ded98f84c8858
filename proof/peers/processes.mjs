// What processes have taken, from /proc.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process and everything it has started that still runs. */
export function familyOf(pid) {
  const parents = new Map(
    readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(name => [Number(name), Number(fieldsOf(name)?.[1])]),
  )
  const family = [pid]
  for (const each of family) family.push(...[...parents].filter(([, parent]) => parent === each).map(([child]) => child))
  return family
}

/** CPU seconds of all of them so far. */
export function cpuSeconds(pids) {
  return pids.reduce((sum, pid) => sum + seconds(fieldsOf(pid), 11), 0)
}

/** CPU seconds of what this process has started and seen end. */
export function endedCpuSeconds() {
  return seconds(fieldsOf('self'), 13)
}

/** The most memory they had resident, in MiB, each at its own moment; what they share is counted in each. */
export function peakMemory(pids) {
  const peaks = pids.map(pid => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
  return peaks.reduce((sum, peak) => sum + peak, 0)
}

/** Waits until they have nothing left to do in the background: next to no CPU time for a quarter of a second. */
export async function atRest(pids) {
  for (let left = 480; left > 0; left--) {
    const before = cpuSeconds(pids)
    await sleep(250)
    if (cpuSeconds(pids) - before < 0.02) return
  }
  throw new Error('the servers did not come to rest within two minutes')
}

/** The fields of /proc/…/stat behind the name, which may have blanks in it; nothing for a process that is gone. */
function fieldsOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ')
  } catch {
    return undefined
  }
}

/** User and system time, in ticks of which Linux shows a hundred a second. */
const seconds = (fields, at) => (fields ? (Number(fields[at]) + Number(fields[at + 1])) / 100 : 0)
