import type { Selection } from './selection.ts'

/** A map's id as a number; nothing for a text that is no id. */
export function idNumber(value: string): number | undefined {
  return /^[1-9]\d{0,14}$/.test(value) ? Number(value) : undefined
}

/** The ids a selection asks for. */
export function givenIds({ criteria }: Selection): readonly string[] {
  return criteria.find(each => each.filter === 'id')?.values ?? []
}

/** Those ids a selection asks for that are not among the found ones, as they were given. */
export function unmatchedIds(selection: Selection, isFound: (id: number) => boolean): readonly string[] {
  return givenIds(selection).filter(value => {
    const id = idNumber(value)
    return id === undefined || !isFound(id)
  })
}
