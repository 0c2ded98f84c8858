import { Problem } from '../../domain/problem.ts'
import { checkExists as findExisting } from '../../operations/check-exists.ts'
import { type Answer, json } from '../answer.ts'
import { document, resource } from '../item-schema.ts'
import { member } from '../member.ts'
import type { AskedBy, Route } from '../route.ts'

const idList = { type: 'array', items: { type: 'string' }, maxItems: 1000 }
const asked = { type: 'object', required: ['debug_ids'], properties: { debug_ids: idList } }

/** Which debug ids are stored already, so that an uploader can leave them out. */
export const checkExists: Route = {
  method: 'POST',
  onlyReads: true,
  path: '/api/v2/sourcemaps/check_exists',
  credentials: 'upload',
  family: 'read',
  errors: 'strings',
  description: {
    operationId: 'CheckSourcemapsExist',
    tag: 'Upload',
    summary: 'Ask which debug ids have a map',
    text: 'Answers for each debug id whether a live js map has it. Takes the ids plain or in a JSON:API document.',
    body: {
      contentTypes: ['application/json', 'application/vnd.api+json'],
      required: true,
      schema: { anyOf: [asked, document({ type: 'object', required: ['attributes'], properties: { attributes: asked } })] },
      example: { data: { type: 'check_exists', attributes: { debug_ids: ['0f9d5e6c-7e1a-4c55-9f6f-3a9f2c1b7a10'] } } },
    },
    answers: [
      {
        status: 200,
        description: 'Every asked id, in the spelling it was asked with.',
        schema: document(
          resource({
            type: 'check_exists',
            attributes: {
              type: 'object',
              required: ['results'],
              properties: { results: { type: 'object', additionalProperties: { type: 'boolean' } } },
            },
          }),
        ),
      },
    ],
    refusals: ['bad_request', 'too_large'],
  },
  handle: answer,
}

/** Most ids of one request. `wire:` wire-api section 8. */
const maxIds = 1000

async function answer({ parts, principal, json: body }: AskedBy): Promise<Answer> {
  const results = await findExisting(parts.catalog, principal.organization, readIds(await body()))
  return json({ data: { type: 'check_exists', id: 'check_exists', attributes: { results: Object.fromEntries(results) } } })
}

// wire: two states of the coming client are known, one without the JSON:API document around the ids
function readIds(body: unknown): string[] {
  const ids = member(body, 'debug_ids') ?? member(member(member(body, 'data'), 'attributes'), 'debug_ids')
  if (!Array.isArray(ids)) throw new Problem('bad_request', 'debug_ids must be a list of strings')
  if (ids.length > maxIds) throw new Problem('bad_request', `debug_ids takes at most ${maxIds} ids; ${ids.length} were given`)
  if (!ids.every(isId)) throw new Problem('bad_request', 'debug_ids must hold strings that are not empty')
  return ids
}

function isId(id: unknown): id is string {
  return typeof id === 'string' && id.trim() !== '' && !id.includes('\0')
}
