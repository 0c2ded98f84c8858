import { readdirSync, readFileSync } from 'node:fs'

/** How long a process has been on a processor so far, all its threads, in ms; nothing once it has ended. The kernel counts nanoseconds here, and ticks of 10 ms in `stat`. */
export function cpuOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + cpuOfThread(`/proc/${pid}/task/${thread}`), 0)
  } catch {
    return undefined
  }
}

function cpuOfThread(folder) {
  try {
    return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]) / 1e6
  } catch {
    // It ended a moment ago
    return 0
  }
}

/** The processes that a process has started and that are still there. */
export function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** The process that started a process. */
export function parentOf(pid) {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
