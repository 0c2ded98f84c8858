import { kind, kindNames } from '../../domain/kinds.ts'
import { intakeLimits } from '../../intake/limits.ts'
import { receiveUpload } from '../../intake/receive-upload.ts'
import { keepUpload } from '../../operations/upload.ts'
import { type Answer, json } from '../answer.ts'
import type { Description } from '../description.ts'
import type { AskedBy, Route } from '../route.ts'

/** Where real uploaders send their files. `wire:` wire-intake section 1: below any base path, at an old path and at the root. */
const paths = { UploadSourcemap: '/api/v2/srcmap', UploadSourcemapOldPath: '/v1/input', UploadSourcemapRoot: '/' } as const

const description: Omit<Description, 'operationId'> = {
  tag: 'Upload',
  summary: 'Upload a source map or symbol file',
  text: 'Takes one upload as datadog-ci and the build plugins send it: `multipart/form-data` with a JSON part `event` and the files of its type, the whole body plain, gzip or zstd. The path may stand below any base path. Repeating an upload is never an error.',
  parameters: [
    {
      name: 'Content-Encoding',
      in: 'header',
      required: false,
      description: 'How the whole body is encoded.',
      schema: { type: 'string', enum: ['identity', 'gzip', 'zstd'] },
    },
  ],
  body: {
    contentTypes: ['multipart/form-data'],
    required: true,
    schema: {
      type: 'object',
      required: ['event'],
      properties: {
        event: {
          type: 'object',
          required: ['type'],
          properties: { type: { type: 'string', enum: kindNames.map(name => kind(name).eventType) } },
        },
        repository: { type: 'object', description: 'Where the code came from.' },
        ...Object.fromEntries(kindNames.flatMap(name => kind(name).parts).map(part => [part, { type: 'string', format: 'binary' }])),
      },
    },
  },
  answers: [
    {
      status: 200,
      description: 'The map is stored durably.',
      schema: {
        type: 'object',
        required: ['data'],
        properties: {
          data: {
            type: 'object',
            required: ['id', 'type'],
            properties: { id: { type: 'string' }, type: { type: 'string', enum: ['sourcemap_upload'] } },
          },
        },
      },
      example: { data: { id: '5', type: 'sourcemap_upload' } },
    },
  ],
  refusals: ['bad_request', 'timeout', 'too_large', 'unavailable'],
}

/** The upload of one map, at each of its paths. */
export const uploads: readonly Route[] = Object.entries(paths).map(([operationId, path]) => ({
  method: 'POST',
  path,
  credentials: 'upload',
  family: 'upload',
  errors: 'strings',
  description: { ...description, operationId },
  handle: receive,
}))

async function receive({ parts, principal, headers, incoming, address }: AskedBy): Promise<Answer> {
  const { settings, blobs, metrics } = parts
  const limits = intakeLimits({ fileBytes: settings.maxFile, archiveBytes: settings.maxArchive })
  const received = await receiveUpload({ headers, body: incoming }, blobs, limits)
  metrics.uploaded(received.files.reduce((sum, file) => sum + file.spooled.size, 0))
  const by = { organization: principal.organization, uploader: principal.keyId, address }
  const id = await keepUpload(parts, { ...received, ...by })
  return json({ data: { id: String(id), type: 'sourcemap_upload' } })
}
