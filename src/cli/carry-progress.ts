import type { CarryProgress } from '../domain/backup.ts'
import { ageText, sizeText } from './quantities.ts'
import { print, type Terminal } from './terminal.ts'

/** Milliseconds between two lines. */
const pace = { onTerminal: 100, elsewhere: 10_000 }

/** Tells on stderr how far copies have come, how fast, and how long it will take. */
export function carryProgress(terminal: Terminal): { readonly show: (progress: CarryProgress) => void; readonly end: () => void } {
  const { errors, environment, clock } = terminal
  const rewrites = errors.isTTY === true && environment.TERM !== 'dumb'
  let last = clock()
  let first: { readonly at: number; readonly progress: CarryProgress } | undefined
  let shown = false
  return {
    show: progress => {
      const now = clock()
      first ??= { at: now, progress }
      if (now - last < (rewrites ? pace.onTerminal : pace.elsewhere)) return
      last = now
      shown = true
      const line = carryText(progress, first.progress, now - first.at)
      if (rewrites) errors.write(`\r\x1b[K${line}`)
      else print(terminal, line, 'errors')
    },
    end: () => {
      if (rewrites && shown) errors.write('\r\x1b[K')
      shown = false
    },
  }
}

/** One line about copies on their way, `milliseconds` after the first of them arrived. */
export function carryText(progress: CarryProgress, first: CarryProgress, milliseconds: number): string {
  const { copies, totalCopies, size, totalSize, newSize } = progress
  const done = `${copies} of ${totalCopies} copies, ${sizeText(size)} of ${sizeText(totalSize)}`
  if (milliseconds < 1000 || size === first.size) return done
  // What was there already is passed over fast, so what is left is taken to come as fast as everything so far
  const left = ((totalSize - size) / (size - first.size)) * milliseconds
  return `${done}, ${sizeText((newSize - first.newSize) / (milliseconds / 1000))}/s, ${ageText(left)} left`
}
