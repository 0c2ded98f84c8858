import { setTimeout as wait } from 'node:timers/promises'
import type { DiskUsage } from './disk-usage.ts'

/** What the watch stands on. */
export interface DiskWatch {
  readonly read: () => Promise<DiskUsage>
  /** Told of each reading; of nothing when one failed, since old figures would pass for new ones. */
  readonly show: (usage: DiskUsage | undefined) => void
  readonly onFault: (error: unknown) => void
}

/** Milliseconds between two readings, and how much longer than a reading that pause is at least: on a large store, reading is work. */
const pace = { between: 60_000, timesAsLong: 100 }

/** Reads at once and then about once a minute, so that whoever asks for the figures finds them made. */
export function watchDisk({ read, show, onFault }: DiskWatch): { stop(): void } {
  const stopping = new AbortController()
  const { signal } = stopping
  const look = () =>
    read().then(
      usage => signal.aborted || show(usage),
      error => {
        if (signal.aborted) return
        show(undefined)
        onFault(error)
      },
    )
  void repeat(look, signal)
  return { stop: () => stopping.abort() }
}

async function repeat(look: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const began = performance.now()
    await look()
    const pause = Math.max(pace.between, (performance.now() - began) * pace.timesAsLong)
    await wait(pause, undefined, { signal, ref: false }).catch(() => {})
  }
}
