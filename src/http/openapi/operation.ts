import type { BodyDescription, Parameter, Schema } from '../description.ts'
import type { Route } from '../route.ts'
import { permission, responses } from './responses.ts'
import { security } from './security.ts'

/** A route as an OpenAPI operation. */
export function operation(route: Route): Schema {
  const { operationId, tag, summary, parameters = [], body } = route.description
  const needed = permission(route)
  return {
    operationId,
    tags: [tag],
    summary,
    description: fullText(route),
    ...(needed ? { 'x-permission': needed } : {}),
    security: security(route),
    ...(parameters.length > 0 ? { parameters: parameters.map(parameterObject) } : {}),
    ...(body ? { requestBody: requestBody(body) } : {}),
    responses: responses(route),
  }
}

function fullText(route: Route): string {
  const needed = permission(route)
  return [route.description.text, ...(needed ? [`Needs the permission \`${needed}\`.`] : [])].join('\n\n')
}

function parameterObject({ name, in: place, required, description, schema, repeated, example }: Parameter): Schema {
  return {
    name,
    in: place,
    required,
    description,
    ...(repeated ? { style: 'form', explode: true } : {}),
    schema,
    ...(example === undefined ? {} : { example }),
  }
}

function requestBody({ contentTypes, required, description, schema, example }: BodyDescription): Schema {
  const content = { schema, ...(example === undefined ? {} : { example }) }
  return {
    ...(description ? { description } : {}),
    required,
    content: Object.fromEntries(contentTypes.map(type => [type, content])),
  }
}
