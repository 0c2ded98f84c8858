import type { Key, KeyCatalog } from '../../operations/ports/key-catalog.ts'

/** Milliseconds for which a node believes what it read of a key: so long may another node's revocation take to reach it. */
export const keyMemory = 2_000

/** Answers that are remembered at a time. */
const most = 1_000

interface Remembered {
  readonly keys: readonly Key[]
  /** Milliseconds of a clock that never goes back. */
  readonly until: number
}

/**
 * Keys that are remembered for a moment, since every request asks for them. Only those that are there: a new key works at once, and whoever
 * guesses keys fills no memory. A key that is revoked through this catalog is forgotten at once.
 */
export function rememberedKeys(catalog: KeyCatalog, now: () => number): Pick<KeyCatalog, 'findKeys' | 'revokeKey'> {
  const remembered = new Map<string, Remembered>()
  let revocations = 0
  return {
    async findKeys(hashes) {
      const asked = hashes.join(' ')
      const found = remembered.get(asked)
      if (found && found.until > now()) return found.keys
      const [until, before] = [now() + keyMemory, revocations]
      const keys = await catalog.findKeys(hashes)
      if (remembered.size >= most) remembered.clear()
      // What was read before a revocation is not remembered after it
      if (keys.length === hashes.length && revocations === before) remembered.set(asked, { keys, until })
      else remembered.delete(asked)
      return keys
    },
    async revokeKey(id, by) {
      try {
        return await catalog.revokeKey(id, by)
      } finally {
        revocations++
        remembered.clear()
      }
    },
  }
}
