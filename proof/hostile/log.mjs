// The server's log, read as it is written: every line one JSON object, nothing in it that a client could have put there.
import { mark } from './words.mjs'

/** Characters that a terminal obeys, raw. */
const controls = /[\p{Cc}\u2028\u2029]/u

/** A reader of what a server prints; `secrets` must never stand in it. `faults` grows. */
export function readLog() {
  const log = { lines: 0, faults: [], secrets: [], told: (text, fromStdout) => (fromStdout ? undefined : take(text)) }
  let held = ''
  const take = text => {
    const lines = (held + text).split('\n')
    held = lines.pop()
    for (const line of lines) {
      log.lines++
      if (log.faults.length < 20) log.faults.push(...lineFaults(line, log.secrets).map(fault => `${fault}: ${line.slice(0, 600)}`))
    }
  }
  return log
}

function lineFaults(line, secrets) {
  const value = parsed(line)
  const faults = typeof value === 'object' && value !== null && !Array.isArray(value) ? [] : ['a line of the log is no JSON object']
  if (controls.test(line)) faults.push('a line of the log has a raw control character')
  if (line.includes(mark)) faults.push('the log tells what was asked')
  if (secrets.some(secret => line.includes(secret))) faults.push('the log tells a key')
  if (value?.level >= 50) faults.push('the log tells of an error')
  return faults
}

function parsed(line) {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
