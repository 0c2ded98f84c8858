/** Names the stores that cannot be used now; nothing when all can. */
export type Readiness = () => Promise<readonly string[]>

/** Something that can tell whether it works. */
interface Store {
  check(): Promise<void>
}

/** Milliseconds: how long a store may take to answer, and how long an outcome is good for everyone who asks. */
interface Times {
  readonly patience: number
  readonly shared: number
}

/**
 * Readiness of these stores. Anyone may ask as often as they like, so callers share one probe, and a store that has not answered
 * one yet gets no second one.
 */
export function createReadiness(stores: Readonly<Record<string, Store>>, times: Times = { patience: 2000, shared: 1000 }): Readiness {
  const probes = Object.entries(stores).map(([name, store]) => createProbe(name, store, times.patience))
  let latest: Promise<readonly string[]> | undefined
  return () => {
    latest ??= Promise.all(probes.map(probe => probe())).then(failed => {
      setTimeout(() => {
        latest = undefined
      }, times.shared).unref()
      return failed.flat()
    })
    return latest
  }
}

function createProbe(name: string, store: Store, patience: number): Readiness {
  let running: Promise<boolean> | undefined
  return async () => {
    running ??= answers(store).finally(() => {
      running = undefined
    })
    return (await within(patience, running)) ? [] : [name]
  }
}

async function answers(store: Store): Promise<boolean> {
  try {
    await store.check()
    return true
  } catch {
    // Why is nobody's business here; the stores' own users meet and log it
    return false
  }
}

async function within(patience: number, outcome: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), patience)
  })
  try {
    return await Promise.race([outcome, late])
  } finally {
    clearTimeout(timer)
  }
}
