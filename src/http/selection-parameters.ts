import { type FilterName, filter, filterNames, filterParameter } from '../domain/filters.ts'
import { type Kind, kind } from '../domain/kinds.ts'
import type { SelectionRules } from '../domain/selection.ts'
import type { Parameter } from './description.ts'

/** The query parameters with which a door takes a selection: mapkind, and every filter that one of its kinds supports. */
export function selectionParameters(rules: SelectionRules): readonly Parameter[] {
  const supported = filterNames.filter(name => rules.kinds.some(each => kind(each).filters.includes(name)))
  return [mapkindParameter(rules), ...supported.map(name => toParameter(name, rules))]
}

function mapkindParameter({ kinds, defaultKind, filterRequired }: SelectionRules): Parameter {
  const description = filterRequired ? 'The kind of maps. A selection without any filter is refused.' : 'The kind of maps.'
  const schema = { type: 'string', enum: kinds, ...(defaultKind ? { default: defaultKind } : {}) }
  return { name: 'mapkind', in: 'query', required: !defaultKind, description, schema, example: 'js' }
}

function toParameter(name: FilterName, rules: SelectionRules): Parameter {
  const value = { type: 'string', minLength: 1 }
  const shared = { name: filterParameter(name), in: 'query', required: false, description: describe(name, rules) } as const
  return filter(name).many
    ? { ...shared, schema: { type: 'array', minItems: 1, items: value }, repeated: true }
    : { ...shared, schema: value }
}

function describe(name: FilterName, rules: SelectionRules): string {
  const { title, many } = filter(name)
  const limit = name === 'version' && rules.maxVersions ? `, at most ${rules.maxVersions} different ones` : ''
  const values = many ? `Repeat the parameter for further values${limit}; a map matches any of them.` : 'One value.'
  return [`${title.charAt(0).toUpperCase()}${title.slice(1)}.`, values, ...support(name, rules)].join(' ')
}

function support(name: FilterName, rules: SelectionRules): string[] {
  const supporting = rules.kinds.filter(each => kind(each).filters.includes(name))
  const required = supporting.filter(each => rules.required(kind(each), new Set()).includes(name))
  const optional = supporting.filter(each => !required.includes(each))
  return [
    ...(required.length > 0 ? [`Required for ${required.map(each => withException(each)).join(', ')}.`] : []),
    ...(optional.length > 0 ? [`Supported for ${optional.join(', ')}.`] : []),
    ...(rules.kinds.length > supporting.length ? ['Refused for every other kind.'] : []),
  ]
}

function withException(each: Kind): string {
  const { instead } = kind(each)
  return instead ? `${each} (unless \`${filterParameter(instead)}\` is given)` : each
}
