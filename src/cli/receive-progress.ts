import type { Terminal } from './terminal.ts'

/** Milliseconds between two looks at how far an answer is. */
const interval = 250

/** Receives something that may be long; on a terminal a line of stderr says meanwhile how many maps have come. */
export async function withProgress<Result>(
  { clock, environment, errors }: Terminal,
  receive: (seen: (count: number) => void) => Promise<Result>,
): Promise<Result> {
  if (!errors.isTTY || environment.TERM === 'dumb') return receive(() => {})
  const started = clock()
  let count = 0
  let shown = false
  const timer = setInterval(() => {
    shown = true
    const seconds = Math.floor((clock() - started) / 1000)
    errors.write(`\r\x1b[K${count > 0 ? `${count.toLocaleString('en')} maps received` : 'waiting for the server'} (${seconds} s)`)
  }, interval)
  try {
    return await receive(seen => {
      count = seen
    })
  } finally {
    clearInterval(timer)
    if (shown) errors.write('\r\x1b[K')
  }
}
