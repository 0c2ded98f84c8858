import type { Parameter } from './description.ts'
import { maxReason } from './read-intent.ts'

/** What any change may say of itself. */
export const intentParameters: readonly Parameter[] = [
  {
    name: 'reason',
    in: 'query',
    required: false,
    description: 'Why; kept with the operation.',
    schema: { type: 'string', minLength: 1, maxLength: maxReason },
  },
  {
    name: 'force',
    in: 'query',
    required: false,
    description: 'With a reason: delete more maps than the limit of this server allows; recorded. Without a limit it changes nothing.',
    schema: { type: 'boolean' },
  },
  {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'A name of your choice for this request. The same key asking again under the same name gets the first answer, and nothing is affected twice; asking for something else under it is refused.',
    schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
  },
]
