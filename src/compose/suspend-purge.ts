import type { Settings } from '../config/setting.ts'
import { onFoundCatalog } from './catalogs.ts'

/** One for all operators, so that each of them can end what another began. */
const suspension = { name: 'suspension', holder: 'operator' } as const

/** Keeps stored bytes until a time (milliseconds since 1970), or no longer; gives until when they are kept by anybody. */
export function suspendPurge(settings: Settings, until: number | undefined): Promise<number | undefined> {
  return onFoundCatalog(settings, async catalog => {
    if (until === undefined) await catalog.dropLease(suspension)
    else await catalog.takeLease(suspension, Date.now(), until)
    return catalog.keptUntil(Date.now())
  })
}
