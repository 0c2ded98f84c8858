import type { InspectionCatalog } from '../../operations/ports/inspection-catalog.ts'
import type { CatalogThread } from './catalog-thread.ts'

/** Sends an inspection's reads to one thread and its repairs to another. */
export function inspectionCalls({ surveyor, writer }: { surveyor: CatalogThread; writer: CatalogThread }): InspectionCatalog {
  return {
    countCopies: () => surveyor.call('countCopies', []),
    knownCopies: (after, limit) => surveyor.call('knownCopies', [after, limit]),
    copiesNamed: names => surveyor.call('copiesNamed', [names]),
    wrongCounts: (after, limit) => surveyor.call('wrongCounts', [after, limit]),
    wrongWeights: (after, limit) => surveyor.call('wrongWeights', [after, limit]),
    mapsWith: (content, limit) => surveyor.call('mapsWith', [content, limit]),
    intentsUpTo: (at, after, limit) => surveyor.call('intentsUpTo', [at, after, limit]),
    strayReservations: (after, limit) => surveyor.call('strayReservations', [after, limit]),
    incompleteMaps: (after, limit) => surveyor.call('incompleteMaps', [after, limit]),
    giveUpCopies: names => writer.call('giveUpCopies', [names]),
    repairCounts: contents => writer.call('repairCounts', [contents]),
    repairWeights: maps => writer.call('repairWeights', [maps]),
    endIntents: numbers => writer.call('endIntents', [numbers]),
  }
}
