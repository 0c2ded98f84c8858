/** What was opened, to be closed in the opposite order. */
export type Closers = (() => unknown)[]

/** Closes everything, whatever fails on the way; throws the first failure. */
export async function closeAll(closers: Closers): Promise<void> {
  const failures: unknown[] = []
  for (let close = closers.pop(); close; close = closers.pop()) {
    try {
      await close()
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
