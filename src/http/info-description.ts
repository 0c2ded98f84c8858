import type { AnswerDescription, BodyDescription } from './description.ts'
import { document, resource } from './item-schema.ts'

const text = { type: 'string' }

/** The question for a repository. */
export const infoBody: BodyDescription = {
  contentTypes: ['application/json', 'application/vnd.api+json'],
  required: true,
  schema: document({
    type: 'object',
    required: ['type', 'attributes'],
    properties: {
      type: { type: 'string', enum: ['service_repository_info'] },
      attributes: {
        type: 'object',
        required: ['service', 'version'],
        properties: { service: { type: 'string', minLength: 1 }, version: { type: 'string', minLength: 1 } },
      },
    },
  }),
  example: { data: { type: 'service_repository_info', attributes: { service: 'my-web-service', version: '1.0.0' } } },
}

/** The repository of a service's version. */
export const infoAnswer: AnswerDescription = {
  status: 200,
  description: 'What is known; a miss has another status than `success`.',
  schema: document(
    resource({
      type: 'service_repository_info',
      attributes: {
        type: 'object',
        required: ['status'],
        properties: {
          status: { type: 'string', enum: ['success', 'not_found', 'no_repository', 'internal_error', 'unknown'] },
          repository_url: text,
          commit_sha: text,
        },
      },
    }),
  ),
}
