import type { KeyCatalog } from '../operations/ports/key-catalog.ts'

/** Remembers when keys were used and tells the catalog now and then, so that no request waits for it. */
export interface KeyUsage {
  /** `at`: milliseconds since 1970. */
  note(keyId: string, at: number): void
  flush(): Promise<void>
}

/** An empty memory of key uses. */
export function createKeyUsage(catalog: KeyCatalog): KeyUsage {
  let pending = new Map<string, number>()
  return {
    note: (keyId, at) => {
      pending.set(keyId, at)
    },
    flush: async () => {
      if (pending.size === 0) return
      const usedAt = pending
      pending = new Map()
      await catalog.touchKeys(usedAt)
    },
  }
}
