import type { InspectionCatalog } from '../../operations/ports/inspection-catalog.ts'
import type { CatalogThread } from './catalog-thread.ts'

/** Sends an inspection's reads to one thread and its repairs to another. */
export function inspectionCalls({ reader, writer }: { reader: CatalogThread; writer: CatalogThread }): InspectionCatalog {
  return {
    countCopies: () => reader.call('countCopies', []),
    knownCopies: (after, limit) => reader.call('knownCopies', [after, limit]),
    copiesNamed: names => reader.call('copiesNamed', [names]),
    wrongCounts: (after, limit) => reader.call('wrongCounts', [after, limit]),
    wrongWeights: (after, limit) => reader.call('wrongWeights', [after, limit]),
    mapsWith: (content, limit) => reader.call('mapsWith', [content, limit]),
    intentsUpTo: (at, after, limit) => reader.call('intentsUpTo', [at, after, limit]),
    strayReservations: (after, limit) => reader.call('strayReservations', [after, limit]),
    incompleteMaps: (after, limit) => reader.call('incompleteMaps', [after, limit]),
    giveUpCopies: names => writer.call('giveUpCopies', [names]),
    repairCounts: contents => writer.call('repairCounts', [contents]),
    repairWeights: maps => writer.call('repairWeights', [maps]),
    endIntents: numbers => writer.call('endIntents', [numbers]),
  }
}
