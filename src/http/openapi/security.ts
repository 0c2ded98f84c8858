import type { Schema } from '../description.ts'
import type { Route } from '../route.ts'

/** The component security schemes, under the names of Datadog's description. */
export const securitySchemes: Schema = {
  apiKeyAuth: { type: 'apiKey', in: 'header', name: 'DD-API-KEY', description: 'An API key: uploads.' },
  appKeyAuth: {
    type: 'apiKey',
    in: 'header',
    name: 'DD-APPLICATION-KEY',
    description: 'An application key: carries permissions. It must belong to the organization of the API key.',
  },
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description:
      'An application key alone; stands in for both keys. An API key sent with it must be valid, too, and with both keys the bearer is not looked at.',
  },
}

const requirements: Readonly<Record<Route['credentials'], readonly Schema[]>> = {
  none: [],
  upload: [{ apiKeyAuth: [] }],
  keys: [{ apiKeyAuth: [], appKeyAuth: [] }, { bearer: [] }],
}

/** The alternatives of credentials that let a request in. */
export function security({ credentials }: Route): readonly Schema[] {
  return requirements[credentials]
}
