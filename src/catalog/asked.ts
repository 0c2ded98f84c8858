import { foldCase, isCaseless } from '../domain/caseless.ts'
import { type FieldName, field } from '../domain/fields.ts'
import { type FilterName, filter } from '../domain/filters.ts'
import type { Kind } from '../domain/kinds.ts'
import type { Criterion } from '../domain/selection.ts'
import { idNumber } from '../domain/unmatched-ids.ts'
import type { Scope } from '../operations/ports/passage-catalog.ts'
import { lowered } from './lowered.ts'

/** What a scope asks: all that the text of its condition depends on but how many values there are. */
export interface AskedForm {
  readonly kind: Kind
  readonly state: Scope['state']
  readonly filters: readonly FilterName[]
}

/** With what: values that only have to be put into their places, since nothing of them has to be looked at any more. */
export interface AskedValues {
  readonly organization: number
  readonly upTo: number | undefined
  /** Those of each filter. */
  readonly criteria: readonly CriterionValues[]
}

/** The values of one filter. */
export interface CriterionValues {
  /** As what they are compared with has them; ids are numbers. */
  readonly among: readonly (string | number)[]
  /** The path of a js file name that was asked for with one. */
  readonly path: string | undefined
  /** Of a caseless column, which has the others in lower case: values whose case counts. */
  readonly exact: readonly string[]
  /** And those whose case does not. */
  readonly caseless: readonly string[]
}

/** Takes a scope apart, but for the holds that are left out of it. */
export function asked({ organization, selection, state, upTo }: Scope): { readonly form: AskedForm; readonly values: AskedValues } {
  const { kind, criteria } = selection
  return {
    form: { kind, state, filters: criteria.map(each => each.filter) },
    values: { organization, upTo, criteria: criteria.map(each => ({ ...nothing, ...valuesOf(each, kind) })) },
  }
}

const nothing = { path: undefined, exact: [], caseless: [] }

function valuesOf({ filter: name, values }: Criterion, kind: Kind): Partial<CriterionValues> & Pick<CriterionValues, 'among'> {
  // Whoever asks for nothing must not be given anything
  const [first] = values
  if (first === undefined) throw new Error('a filter of a selection has no values')
  if (name === 'id') return { among: values.map(idNumber).filter(id => id !== undefined) }
  if (name === 'uuid') return { among: values.map(foldCase) }
  if (name === 'filename') return kind === 'js' ? fileName(first) : { among: [first] }
  if (!field(filter(name).field as FieldName).caseless) return { among: values }
  const caseless = values.filter(isCaseless).map(lowered)
  return { among: values.map(lowered), exact: values.filter(value => !isCaseless(value)), caseless }
}

/** A js file name is the last segment of its path, and the index over names has that alone. */
function fileName(value: string): Pick<CriterionValues, 'among' | 'path'> {
  const last = value.slice(value.lastIndexOf('/') + 1)
  return { among: last === '' ? [] : [last], path: last === value && last !== '' ? undefined : value }
}
