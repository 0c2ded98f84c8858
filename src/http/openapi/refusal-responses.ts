import { type ProblemCode, problems } from '../../domain/problem.ts'
import type { Schema } from '../description.ts'
import type { ErrorShape, Route } from '../route.ts'
import { errorSchemaNames } from './error-schemas.ts'
import { rateLimitHeaders } from './rate-limit-headers.ts'
import { reference } from './reference.ts'

const codes = Object.keys(problems) as ProblemCode[]
const shapes = ['objects', 'strings'] as const

/** The component responses: every refusal in both shapes, with and without the rate-limit headers, as far as `used` says. */
export function refusalComponents(used: ReadonlySet<string>): Schema {
  const all = codes.flatMap(code => shapes.flatMap(shape => [true, false].map(limited => ({ code, shape, limited }))))
  const named = all.map(each => [componentName(each), component(each)] as const)
  return Object.fromEntries(named.filter(([name]) => used.has(name)))
}

/** The name of the component with which a route refuses for this reason. */
export function refusalName(route: Route, code: ProblemCode): string {
  return componentName({ code, shape: errorShape(route, code), limited: route.family !== undefined })
}

/** A reference to the response with which a route refuses for this reason. */
export function refusalReference(route: Route, code: ProblemCode): Schema {
  return reference('responses', refusalName(route, code))
}

interface Refusal {
  readonly code: ProblemCode
  readonly shape: ErrorShape
  readonly limited: boolean
}

function componentName({ code, shape, limited }: Refusal): string {
  const name = problems[code].title.replaceAll(' ', '')
  return `${name}${shape === 'strings' ? 'AsText' : ''}${limited || problems[code].status >= 500 ? '' : 'Unlimited'}`
}

function component({ code, shape, limited }: Refusal): Schema {
  const { status, title } = problems[code]
  return {
    description: title,
    ...(limited || status >= 500 ? { headers: rateLimitHeaders(status) } : {}),
    content: { 'application/json': { schema: reference('schemas', errorSchemaNames[shape]) } },
  }
}

/** The shape of a refusal. `wire:` a 429 is always strings, since typed clients cannot read another one. */
function errorShape(route: Route, code: ProblemCode): ErrorShape {
  return code === 'too_many_requests' ? 'strings' : route.errors
}
