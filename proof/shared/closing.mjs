// What an instrument has started ends with it, also when somebody ends the instrument.
import { constants } from 'node:os'

/**
 * Runs an instrument and then, whatever became of it, what it left to be done: in reverse order, and on Ctrl-C and SIGTERM, too. `after` has
 * the shape of the one that a test has. Sets the exit code of the process to what the instrument gives, or to 1 if it throws.
 */
export async function closingAfter(instrument) {
  const closers = []
  let closed
  const close = () => {
    closed ??= closeAll(closers)
    return closed
  }
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => {
      console.error(`${signal}: clearing up`)
      // Also tells the record that what it is given is not whole
      process.exitCode = 128 + constants.signals[signal]
      close().finally(() => process.exit(128 + constants.signals[signal]))
    })
  }
  try {
    process.exitCode = await instrument({ after: closer => closers.push(closer) })
  } catch (error) {
    // What fails because all is being ended is no news
    if (closed === undefined) console.error(error)
    process.exitCode = 1
  } finally {
    await close()
  }
}

async function closeAll(closers) {
  // More may come while these end: what was being started is waited for by its own closer
  for (let closer = closers.pop(); closer; closer = closers.pop()) await closer().catch(error => console.error(error))
}
