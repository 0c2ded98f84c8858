// What strace wrote down, as a list of system calls in the order in which they began.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Whether this machine has strace. */
export const hasStrace = !spawnSync('strace', ['-V']).error

/** The calls of a log that strace wrote with `-f -y`. */
export function readTrace(file) {
  const begun = new Map()
  const calls = []
  for (const [at, line] of readFileSync(file, 'utf8').split('\n').entries()) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    if (text.endsWith('<unfinished ...>')) {
      begun.set(thread, { text: text.slice(0, -'<unfinished ...>'.length), begin: at })
      continue
    }
    const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1]
    const start = rest === undefined ? undefined : begun.get(thread)
    const call = toCall(start ? start.text + rest : text)
    if (call) calls.push({ ...call, thread, begin: start?.begin ?? at, end: at })
  }
  return calls.sort((a, b) => a.begin - b.begin)
}

/** `path` is what it was done to, `to` a rename's new name; `result` what it gave, `error` the name of the error, if it ended with one. */
function toCall(text) {
  const [, name, rest, result, more = ''] = /^(\w+)\((.*)\) += (-?\d+|\?)(.*)$/.exec(text) ?? []
  if (!name) return undefined
  const [one = '', two = ''] = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(match => match[1])
  const descriptor = /^\d+<([^>]*)>/.exec(rest)?.[1]
  const error = result === '-1' ? /^ (E\w+)/.exec(more)?.[1] : undefined
  return { name, path: descriptor ?? one, to: two, text: rest, result: Number(result), error, injected: more.includes('(INJECTED)') }
}
