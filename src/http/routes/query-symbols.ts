import { Problem, type Reason } from '../../domain/problem.ts'
import { querySymbols as findSymbols, type KnownSymbols } from '../../operations/query-symbols.ts'
import { type Answer, json } from '../answer.ts'
import { document, resource } from '../item-schema.ts'
import { member } from '../member.ts'
import type { AskedBy, Route } from '../route.ts'

const text = { type: 'string' }

/** Which symbols are stored for some build ids. `wire:` the host profiler asks before it uploads, with both keys (wire-intake section 9). */
export const querySymbols: Route = {
  method: 'POST',
  onlyReads: true,
  path: '/api/v2/profiles/symbols/query',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'QuerySymbols',
    tag: 'Upload',
    summary: 'Ask which build ids have symbols',
    text: 'Answers the best live ELF symbol file of each build id that has one; ids without are left out.',
    body: {
      contentTypes: ['application/json', 'application/vnd.api+json'],
      required: true,
      schema: document(
        resource({
          type: 'symbols-query-request',
          attributes: { type: 'object', required: ['buildIds'], properties: { buildIds: { type: 'array', items: text }, arch: text } },
        }),
      ),
    },
    answers: [
      {
        status: 200,
        description: 'The build ids that have symbols.',
        schema: document({
          type: 'array',
          items: resource({
            type: 'symbols-query-response',
            attributes: { type: 'object', properties: { buildId: text, symbolSource: text, buildIdType: text } },
          }),
        }),
      },
    ],
    refusals: ['bad_request', 'too_large'],
  },
  handle: answer,
}

/** Most build ids of one request. */
const maxIds = 1000

async function answer({ parts, principal, json: body }: AskedBy): Promise<Answer> {
  const known = await findSymbols(parts.catalog, principal.organization, readQuestion(await body()))
  return json({ data: known.map(toResource) })
}

function toResource(attributes: KnownSymbols): object {
  return { id: attributes.buildId, type: 'symbols-query-response', attributes }
}

function readQuestion(body: unknown): { buildIds: string[]; arch: string | undefined } {
  const attributes = member(member(body, 'data'), 'attributes')
  const [buildIds, arch] = [member(attributes, 'buildIds'), member(attributes, 'arch')]
  const reasons: Reason[] = []
  const refuse = (name: string, detail: string) =>
    reasons.push({ detail: `${name} ${detail}`, source: { pointer: `/data/attributes/${name}` } })
  if (!Array.isArray(buildIds) || !buildIds.every(isText)) refuse('buildIds', 'must be a list of strings')
  else if (buildIds.length > maxIds) refuse('buildIds', `takes at most ${maxIds} ids; ${buildIds.length} were given`)
  if (arch !== undefined && arch !== null && !isText(arch)) refuse('arch', 'must be a string')
  if (reasons.length > 0) throw new Problem('bad_request', reasons)
  return { buildIds: (buildIds as string[]).filter(id => id !== ''), arch: isText(arch) && arch !== '' ? arch : undefined }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}
