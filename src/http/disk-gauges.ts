import { Gauge, type Registry } from 'prom-client'
import type { DiskUsage } from '../operations/disk-usage.ts'

/** Figures about the volume in a registry; each is absent as long as it is not known, since a zero would be an alarm. */
export function diskGauges(registry: Registry): (usage: DiskUsage | undefined) => void {
  const gauge = (name: string, help: string) => {
    const made = new Gauge({ name, help, registers: [registry] })
    made.remove()
    return (value: number | undefined) => (value === undefined ? made.remove() : made.set(value))
  }
  const stored = gauge('mapkeep_blob_stored_bytes', 'Bytes on disk of all contents that maps have, live or deleted.')
  const waiting = gauge('mapkeep_blob_waiting_bytes', 'The part of the stored bytes that only deleted maps have: a purge will free it.')
  const free = gauge('mapkeep_volume_free_bytes', 'Bytes that can still be written to the volume of the blobs.')
  const days = gauge('mapkeep_volume_days_until_full', 'Days until the volume is full at the growth of the last seven days.')
  return usage => {
    stored(usage?.storedSize)
    waiting(usage?.waitingSize)
    free(usage?.freeSize)
    days(usage?.daysUntilFull)
  }
}
