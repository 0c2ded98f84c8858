import type { Compilable, CompiledQuery, QueryResult } from 'kysely'
import type { Db } from './engine.ts'

/** So many forms of one statement are kept; one more, and all are forgotten: a few that nobody needs any more must not keep the others out. */
const mostForms = 100

/** A statement of more values has them counted in it and hardly comes again; it would take memory for nothing. */
const mostValues = 100

/**
 * A statement that is built once for each catalog, and run with other values each time: building it takes longer than running it. There is one text
 * for each form: what is given as such, which is plain data, how long the lists of values are and which of them are undefined; null is a value like
 * others. `build` sees places in their stead: it may put them into the statement, look at how many there are and which are undefined, and nothing else.
 */
export function statement<Values extends object, Row, Form = void>(build: (db: Db, values: Values, form: Form) => Compilable<Row>) {
  const catalogs = new WeakMap<object, Map<string, CompiledQuery<Row>>>()
  return async (db: Db, values: Values, form: Form): Promise<QueryResult<Row>> => {
    const { adapter } = db.getExecutor()
    const forms = catalogs.get(adapter) ?? new Map<string, CompiledQuery<Row>>()
    catalogs.set(adapter, forms)
    const given: unknown[] = []
    const name = `${formOf(values, given)}${form === undefined ? '' : JSON.stringify(form)}`
    const known = forms.get(name) ?? build(db, placesOf(values, { next: 0 }) as Values, form).compile()
    if (given.length <= mostValues) keep(forms, name, known)
    const parameters = known.parameters.map(each => (each instanceof Place ? given[each.number] : each))
    return db.executeQuery({ ...known, parameters })
  }
}

function keep<Row>(forms: Map<string, CompiledQuery<Row>>, name: string, query: CompiledQuery<Row>): void {
  if (forms.size >= mostForms && !forms.has(name)) forms.clear()
  forms.set(name, query)
}

/** Where a value will be. */
class Place {
  readonly number: number

  constructor(number: number) {
    this.number = number
  }

  [Symbol.toPrimitive](): never {
    throw new Error('a statement that is built once cannot do anything with its values')
  }

  toJSON(): never {
    return this[Symbol.toPrimitive]()
  }
}

/** What is the same of all values that have one text; puts the values themselves into a list. */
function formOf(values: unknown, given: unknown[]): string {
  if (values === undefined) return '-'
  if (Array.isArray(values)) return `[${values.map(each => formOf(each, given)).join()}]`
  if (isObject(values) && Object.getPrototypeOf(values) !== Object.prototype)
    throw new Error('a statement that is built once takes texts, numbers, lists and plain objects only')
  if (isObject(values))
    return `{${Object.entries(values)
      .map(([name, each]) => `${name} ${formOf(each, given)}`)
      .join()}}`
  given.push(values)
  return '?'
}

/** The same values in the same order, each of them a place. */
function placesOf(values: unknown, count: { next: number }): unknown {
  if (values === undefined) return undefined
  if (Array.isArray(values)) return values.map(each => placesOf(each, count))
  if (isObject(values)) return Object.fromEntries(Object.entries(values).map(([name, each]) => [name, placesOf(each, count)]))
  return new Place(count.next++)
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
