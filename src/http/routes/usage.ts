import { Problem, parameterReason } from '../../domain/problem.ts'
import type { Query } from '../../domain/selection.ts'
import { parseUsageGroups, type UsageGroup } from '../../domain/usage-groups.ts'
import { type GroupUsage, type UsageSums, usage as usageOf } from '../../operations/usage.ts'
import { json } from '../answer.ts'
import { collectReasons } from '../collect-reasons.ts'
import type { AskedBy, Route } from '../route.ts'
import { singleValue } from '../single-value.ts'
import { byParameter, usageAnswer } from '../usage-description.ts'

/** What the maps of an organization take. */
export const usage: Route = {
  method: 'GET',
  path: '/api/mapkeep/v1/usage',
  credentials: 'keys',
  permission: 'rum_apps_read',
  family: 'read',
  errors: 'objects',
  description: {
    operationId: 'GetUsage',
    tag: 'Mapkeep',
    summary: 'Get what maps take',
    text: 'Counts maps and their bytes, as uploaded and as stored, by service, version, kind or uploading key. A content that several maps have is stored once; each of them is charged an equal share in whole bytes, so that stored_size of all groups adds up to exactly what the organization stores. Deleted maps count until they are purged.',
    parameters: [byParameter],
    answers: [usageAnswer],
    refusals: ['bad_request'],
  },
  handle: answer,
}

async function answer({ parts, principal, query, at }: AskedBy) {
  const by = readGroups(query())
  const { groups, totals } = await usageOf(parts.catalog, { organization: principal.organization, by, at })
  return json({ data: groups.map(group => renderGroup(group, by)), meta: { totals: renderSums(totals) } })
}

/** Whoever misspells a parameter, or thinks there are filters, must not take the usage of everything for theirs. */
function readGroups(query: Query): readonly UsageGroup[] {
  const unknown = [...new Set(query.map(([name]) => name))].filter(name => name !== 'by')
  const reasons = unknown.map(name => parameterReason(name, `unknown parameter ${JSON.stringify(name)}; allowed is by`))
  const by = collectReasons(reasons, () => parseUsageGroups(singleValue(query, 'by') ?? 'service'))
  if (!by || reasons.length > 0) throw new Problem('bad_request', reasons)
  return by
}

function renderGroup({ group, uploaderName, ...sums }: GroupUsage, by: readonly UsageGroup[]): object {
  const { uploader, ...rest } = group
  const key = uploader === undefined ? {} : { uploader: { id: uploader, name: uploaderName ?? uploader } }
  return { id: groupId(group, by), type: 'usage', attributes: { ...rest, ...key, ...renderSums(sums) } }
}

/** The group as a query would say it; a name without a value stands for maps that lack the attribute. */
function groupId(group: GroupUsage['group'], by: readonly UsageGroup[]): string {
  return by.map(name => (group[name] === undefined ? name : `${name}=${encodeURIComponent(group[name])}`)).join('&')
}

function renderSums({ maps, size, storedSize, deletedMaps, waitingSize, growthPerDay }: UsageSums): object {
  return {
    maps,
    size,
    stored_size: storedSize,
    deleted_maps: deletedMaps,
    waiting_size: waitingSize,
    growth_per_day: growthPerDay,
  }
}
