import type { Terminal } from './terminal.ts'

/** Milliseconds between two looks at how far a work is. */
const interval = 250

/** Does a work that may be long; on a terminal a line of stderr says meanwhile how many maps have been received. */
export async function withProgress<T>(terminal: Terminal, work: (seen: (count: number) => void) => Promise<T>): Promise<T> {
  const { errors, environment } = terminal
  if (!errors.isTTY || environment.TERM === 'dumb') return work(() => {})
  const started = terminal.clock()
  let count = 0
  let shown = false
  const timer = setInterval(() => {
    shown = true
    const seconds = Math.floor((terminal.clock() - started) / 1000)
    errors.write(`\r\x1b[K${count > 0 ? `${count.toLocaleString('en')} maps received` : 'waiting for the server'} (${seconds} s)`)
  }, interval)
  try {
    return await work(seen => {
      count = seen
    })
  } finally {
    clearInterval(timer)
    if (shown) errors.write('\r\x1b[K')
  }
}
