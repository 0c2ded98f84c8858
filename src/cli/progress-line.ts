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

/** A line of stderr that says how far an inspection has come. */
export function progressLine(terminal: Terminal): ProgressLine {
  const { show, end } = rewrittenLine(terminal)
  return { show: progress => show(() => textOf(progress)), end }
}

/** On a terminal one line that is written anew, elsewhere a line every so often; neither for work that is over sooner. */
export function rewrittenLine(terminal: Terminal): { readonly show: (text: () => string) => void; readonly end: () => void } {
  const rewrites = terminal.errors.isTTY === true
  const wait = rewrites ? pace.onTerminal : pace.elsewhere
  let last = terminal.clock()
  let shown = false
  return {
    show: text => {
      const now = terminal.clock()
      if (now - last < wait) return
      last = now
      shown = true
      if (rewrites) terminal.errors.write(`\r\x1b[K${text()}`)
      else print(terminal, text(), 'errors')
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
