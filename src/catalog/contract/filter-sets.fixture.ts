import type { Attributes } from '../../domain/fields.ts'
import { type FilterName, filter } from '../../domain/filters.ts'
import { type Kind, kind, kindNames } from '../../domain/kinds.ts'
import type { Selection } from '../../domain/selection.ts'

/** Every filter of a kind with those it requires, all at once, and the required ones alone. */
export function filterSets(name: Kind): FilterName[][] {
  const { filters, required } = kind(name)
  const alone = filters.map(each => [...new Set([...required, each])])
  const instead = kind(name).instead
  const sets = [...alone, [...required], [...filters], ...(instead ? [[instead]] : [])]
  return [...new Map(sets.map(set => [set.join(), set])).values()]
}

/** A selection by these filters, with so many values where a filter takes several. */
export function selectionOf(name: Kind, given: readonly FilterName[], count: number): Selection {
  return { kind: name, criteria: given.map(each => ({ filter: each, values: valuesOf(name, each, filter(each).many ? count : 1) })) }
}

/** The value that the sample of the kind has, and others. */
function valuesOf(name: Kind, filterName: FilterName, count: number): string[] {
  // A hundred stretches of an index are plenty
  const wanted = filterName === 'service' || filterName === 'version' ? Math.min(count, 10) : count
  if (filterName === 'id') return Array.from({ length: wanted }, (_, at) => String(at === 0 ? kindNames.indexOf(name) + 1 : at + 100))
  return Array.from({ length: wanted }, (_, at) => `abcd${at === 0 ? '' : at}`)
}

/** Attributes that every filter of a kind finds. */
export function attributesFor(name: Kind): Attributes {
  const columns = kind(name).filters.flatMap(each => (each === 'id' ? [] : [filter(each).field]))
  return { ...Object.fromEntries(columns.map(column => [column, 'abcd'])), ...(name === 'js' ? { absolute_path: '/js/abcd' } : {}) }
}
