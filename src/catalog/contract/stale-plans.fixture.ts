import type { Catalog } from '../../operations/ports/catalog.ts'
import { holdOf, place, release, undoing } from './passages.fixture.ts'
import { deletion, jsUpload, put, remove, restoration, samples, scopeOf } from './sample-uploads.fixture.ts'

interface Change {
  readonly prepare?: (catalog: Catalog) => Promise<unknown>
  readonly happen: (catalog: Catalog) => Promise<unknown>
}

const restore = (catalog: Catalog, ids: readonly number[]) => catalog.move(scopeOf(samples(ids), 'deleted'), restoration, {})

/** What makes a plan of all samples stale, which are ten. */
export const changes: Readonly<Record<string, Change>> = {
  'a member was deleted': { happen: catalog => remove(catalog, [2]) },
  'all members were deleted': { happen: catalog => remove(catalog) },
  'a member was deleted and restored': {
    happen: async catalog => {
      await remove(catalog, [2])
      await restore(catalog, [2])
    },
  },
  'a member was declared again': { happen: catalog => put(catalog, jsUpload('map 3')) },
  'a member is newly held': { happen: catalog => place(catalog, holdOf('h', { ids: ['4'] })) },
  'all members are newly held': { happen: catalog => place(catalog, holdOf('h', { service: 'sh*' })) },
  'a hold on one was released': {
    prepare: catalog => place(catalog, holdOf('h', { ids: ['4'] })),
    happen: catalog => release(catalog, 'h'),
  },
  'a hold on one has expired': {
    prepare: catalog => place(catalog, holdOf('h', { ids: ['4'] }, { expiresAt: deletion.at })),
    happen: async () => {},
  },
  'a map was restored into the selection': {
    prepare: catalog => remove(catalog, [5]),
    happen: catalog => restore(catalog, [5]),
  },
  'an operation was undone into the selection': {
    prepare: catalog => remove(catalog, [5]),
    happen: catalog => catalog.undo({ organization: 1, operation: 1 }, undoing, { partial: false }),
  },
  'one member went and another map came': {
    prepare: catalog => remove(catalog, [5]),
    happen: async catalog => {
      await restore(catalog, [5])
      await remove(catalog, [6])
    },
  },
  // The sums of ids, of their squares and of state versions stay as they were
  'members were swapped for others that add up to the same': {
    prepare: async catalog => {
      for (const number of [0, 3, 5, 6]) for (let time = 0; time < 2; time++) await put(catalog, jsUpload(`map ${number}`))
      await remove(catalog, [2, 3, 5, 8])
    },
    happen: async catalog => {
      await remove(catalog, [1, 4, 6, 7])
      await restore(catalog, [2, 3, 5, 8])
    },
  },
}
