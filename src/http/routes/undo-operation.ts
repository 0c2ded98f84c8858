import { kindNames } from '../../domain/kinds.ts'
import { Problem, type Reason } from '../../domain/problem.ts'
import type { Query } from '../../domain/selection.ts'
import { undo } from '../../operations/undo.ts'
import { answerAffected } from '../affected-answer.ts'
import { affectedSchema } from '../affected-schema.ts'
import type { Answer } from '../answer.ts'
import { collectReasons } from '../collect-reasons.ts'
import { intentParameters } from '../intent-parameters.ts'
import { operationIdParameter } from '../operation-description.ts'
import { readFlag } from '../read-flag.ts'
import { type Intent, readIntent } from '../read-intent.ts'
import { refuseBody } from '../refuse-body.ts'
import type { AskedBy, Route } from '../route.ts'
import { unknownParameters } from '../unknown-parameters.ts'

/** The reversal of one operation. */
export const undoOperation: Route = {
  method: 'POST',
  path: '/api/mapkeep/v1/operations/:id/undo',
  credentials: 'keys',
  permission: 'rum_delete_data',
  family: 'delete',
  refusedAs: 'undo.refused',
  errors: 'objects',
  description: {
    operationId: 'UndoOperation',
    tag: 'Mapkeep',
    summary: 'Undo an operation',
    text: 'Reverses exactly the members of an operation, as an operation of its own, which can be undone, too. When members have been purged, are held, or have been moved on by a later operation, it is refused with 409 and their counts in `meta`, unless `partial=true` says to undo the rest. An undo that deletes obeys holds and the limit.',
    parameters: [
      operationIdParameter,
      {
        name: 'partial',
        in: 'query',
        required: false,
        description: '`true` undoes what can be undone; `meta.left` counts what was left.',
        schema: { type: 'boolean', default: false },
      },
      ...intentParameters,
    ],
    answers: [{ status: 200, description: 'Exactly the maps that were moved back.', schema: affectedSchema(kindNames) }],
    refusals: ['bad_request', 'not_found', 'conflict'],
  },
  handle: answer,
}

async function answer({ parts, principal, address, at, ...asked }: AskedBy): Promise<Answer> {
  await refuseBody(asked.incoming)
  const { partial, ...intent } = readUndo(asked.query(), asked.headers)
  const wish = { organization: principal.organization, operation: asked.path.id ?? '', partial }
  const request = { actor: principal.keyId, address, at, ...intent }
  return answerAffected(await undo(parts.catalog, wish, { request, rules: parts.settings }))
}

function readUndo(query: Query, headers: AskedBy['headers']): Intent & { readonly partial: boolean } {
  const reasons: Reason[] = [...unknownParameters(query, ['partial', 'force', 'reason'])]
  const partial = collectReasons(reasons, () => readFlag(query, 'partial'))
  const intent = collectReasons(reasons, () => readIntent(query, headers))
  if (reasons.length > 0 || !intent) throw new Problem('bad_request', reasons)
  return { partial: partial ?? false, ...intent }
}
