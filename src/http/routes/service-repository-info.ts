import { Problem, type Reason } from '../../domain/problem.ts'
import { type Answer, json } from '../answer.ts'
import { infoAnswer, infoBody } from '../info-description.ts'
import { member } from '../member.ts'
import type { AskedBy, Route } from '../route.ts'

/** Where the code of a service's version lies. */
export const serviceRepositoryInfo: Route = {
  method: 'POST',
  path: '/api/v2/sourcemaps/service_repository_info',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'GetServiceRepositoryInfo',
    tag: 'Source maps',
    summary: 'Get the repository of a service',
    text: 'Answers repository and commit of the newest live upload of a service and version that names them. A miss is 200 with a status that says so.',
    body: infoBody,
    answers: [infoAnswer],
    refusals: ['bad_request', 'too_large'],
  },
  handle: answer,
}

async function answer({ parts, principal, json: body }: AskedBy): Promise<Answer> {
  const { service, version } = readRequest(await body())
  const info = await parts.catalog.repositoryInfo(principal.organization, service, version)
  const found = info.status === 'success' ? { repository_url: info.url, commit_sha: info.commit } : {}
  const attributes = { status: info.status, ...found }
  return json({ data: { id: `${service}:${version}`, type: 'service_repository_info', attributes } })
}

function readRequest(body: unknown): { service: string; version: string } {
  const reasons: Reason[] = []
  const data = member(body, 'data')
  if (member(data, 'type') !== 'service_repository_info') reasons.push(reason('/data/type', 'type must be service_repository_info'))
  const attributes = member(data, 'attributes')
  const [service, version] = ['service', 'version'].map(name => readText(attributes, name, reasons))
  if (!service || !version || reasons.length > 0) throw new Problem('bad_request', reasons)
  return { service, version }
}

function readText(attributes: unknown, name: string, reasons: Reason[]): string | undefined {
  const value = member(attributes, name)
  if (typeof value === 'string' && value.trim() !== '' && !value.includes('\0')) return value
  reasons.push(reason(`/data/attributes/${name}`, `${name} must be a string that is not empty`))
  return undefined
}

function reason(pointer: string, detail: string): Reason {
  return { detail, source: { pointer } }
}
