import { foldCase } from '../domain/caseless.ts'
import { type FieldName, field } from '../domain/fields.ts'
import { type FilterName, filter } from '../domain/filters.ts'
import { type Kind, kind } from '../domain/kinds.ts'
import type { Criterion, Selection } from '../domain/selection.ts'
import type { State } from '../domain/source-map.ts'

/** Filters that few maps share a value of, narrowest first: the first one given leads the query. */
const narrow: readonly FilterName[] = ['id', 'uuid', 'debug_id', 'gnu_build_id', 'go_build_id', 'file_hash', 'build_id', 'filename']
const release: readonly FilterName[] = ['service', 'version']
/** Their indexes hold live maps only; deleted ones are looked up by release. */
const livingOnly: readonly FilterName[] = ['filename', 'origin_version', 'origin', 'arch', 'symbol_source']
const broad: readonly FilterName[] = ['origin_version', 'origin', 'arch', 'symbol_source']

type Filtered = Pick<Criterion, 'filter'>

/** How a selection is looked up: by which filters' index, and what is left to be checked row by row. */
export interface LookUp<C> {
  /** Filters whose index leads; none means the kind as a whole. */
  readonly leading: readonly C[]
  readonly rest: readonly C[]
  /** States whose index over releases is used with service and version known to be empty, so that the id comes next. */
  readonly withoutRelease: ReadonlySet<State>
  /**
   * Whether live maps are found without touching rows that are not wanted. Ids are: each is one row at most. Other narrow filters
   * are not, since their indexes hold deleted maps, too, and these may be any number; no more is a service of any version.
   */
  readonly bounded: boolean
}

/** Chooses the index path of a selection by rule, not by statistics nor by values, so that it is the same on every machine. */
export function lookUp<C extends Filtered>({ kind: name, criteria }: { readonly kind: Kind; readonly criteria: readonly C[] }): LookUp<C> {
  const leading = leadingCriteria(criteria)
  const rest = criteria.filter(each => !leading.includes(each))
  const [first] = leading
  const hasRelease = kind(name).attributes.includes('service')
  const byRelease: readonly State[] =
    !first || release.includes(first.filter) ? ['live', 'deleted'] : livingOnly.includes(first.filter) ? ['deleted'] : []
  const whole = first ? livingOnly.includes(first.filter) && first.filter !== 'filename' : !hasRelease
  const inOrder = whole || release.every(each => leading.some(({ filter: given }) => given === each && first?.filter !== 'filename'))
  const bounded = first?.filter === 'id' || (rest.length === 0 && inOrder)
  return { leading, rest, withoutRelease: new Set(hasRelease ? [] : byRelease), bounded }
}

function leadingCriteria<C extends Filtered>(criteria: readonly C[]): readonly C[] {
  const given = (names: readonly FilterName[]) => names.flatMap(name => criteria.filter(each => each.filter === name))
  const [narrowest] = given(narrow)
  // A js map's file name is indexed within its release
  if (narrowest?.filter === 'filename') return [narrowest, ...given(release)]
  if (narrowest) return [narrowest]
  const ofRelease = given(release)
  return ofRelease.length > 0 ? ofRelease : given(broad).slice(0, 1)
}

/** The selection cut into parts that each are one stretch of the leading index, where rows lie in id order. */
export function strands(selection: Selection): readonly Selection[] {
  return splitCriteria(selection).reduce<readonly Selection[]>(
    (parts, { filter: name, values }) =>
      parts.flatMap(part => spelledOnce(name, values).map(value => narrowTo(part, { filter: name, values: [value] }))),
    [selection],
  )
}

/** How many {@link strands} there are at most, without making them: a list may combine very many values. */
export function strandCount(selection: Selection): number {
  return splitCriteria(selection).reduce((product, each) => product * each.values.length, 1)
}

function splitCriteria(selection: Selection): readonly Criterion[] {
  return lookUp(selection).leading.filter(each => each.filter !== 'id' && each.filter !== 'uuid')
}

/** Two spellings of one id are the same stretch of the index. */
function spelledOnce(name: FilterName, values: readonly string[]): readonly string[] {
  const { caseless } = field(filter(name).field as FieldName)
  return caseless ? [...new Map(values.map(value => [foldCase(value), value])).values()] : values
}

function narrowTo(selection: Selection, criterion: Criterion): Selection {
  return { ...selection, criteria: selection.criteria.map(each => (each.filter === criterion.filter ? criterion : each)) }
}
