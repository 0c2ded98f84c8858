import type { InspectionProgress } from '../domain/inspection.ts'
import { print, type Terminal } from './terminal.ts'

/** Milliseconds between two lines about work that goes on. */
const pace = { onTerminal: 100, elsewhere: 10_000 }

/** Tells on stderr how far long work has come. */
export interface ProgressLine {
  readonly show: (progress: InspectionProgress) => void
  /** Before anything else is printed. */
  readonly end: () => void
}

/** On a terminal one line that is written anew, elsewhere a line every so often; neither for work that is over sooner. */
export function progressLine(terminal: Terminal): ProgressLine {
  const rewrites = terminal.errors.isTTY === true
  const wait = rewrites ? pace.onTerminal : pace.elsewhere
  let last = terminal.clock()
  let shown = false
  return {
    show: progress => {
      const now = terminal.clock()
      if (now - last < wait) return
      last = now
      shown = true
      if (rewrites) terminal.errors.write(`\r\x1b[K${textOf(progress)}`)
      else print(terminal, textOf(progress), 'errors')
    },
    end: () => {
      if (rewrites && shown) terminal.errors.write('\r\x1b[K')
      shown = false
    },
  }
}

function textOf({ step, done, total }: InspectionProgress): string {
  const share = total ? ` of ${total} (${Math.min(100, Math.floor((100 * done) / total))} %)` : ''
  return `checking ${step}: ${done}${share}`
}
