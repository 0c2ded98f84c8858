/** Arranges what settles a wait, later and not at once; gives back how to take the arrangement down. */
export type Arrangement<T> = (resolve: (value: T) => void, reject: (reason: unknown) => void) => () => void

/** A wait that also ends, with the signal's reason, when the upload is given up; nothing is left listening afterwards. */
export function until<T>(signal: AbortSignal, arrange: Arrangement<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const giveUp = () => settle(() => reject(signal.reason))
    const settle = (outcome: () => void) => {
      signal.removeEventListener('abort', giveUp)
      takeDown?.()
      outcome()
    }
    let takeDown: (() => void) | undefined
    signal.addEventListener('abort', giveUp)
    takeDown = arrange(
      value => settle(() => resolve(value)),
      reason => settle(() => reject(reason)),
    )
  })
}
