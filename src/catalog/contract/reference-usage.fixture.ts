import type { UsageGroup } from '../../domain/usage-groups.ts'
import type { Catalog } from '../../operations/ports/catalog.ts'
import type { MapDetail } from '../../operations/ports/read-catalog.ts'
import type { GroupedUsage, StoredBytes, Usage } from '../../operations/ports/usage-catalog.ts'

type Sums = { -readonly [name in keyof Usage]: Usage[name] }

/** Usage worked out map by map from what the catalog tells of each: slow, and as plain as can be. */
export async function usageOf(
  catalog: Catalog,
  organization: number,
  { by, since }: { by: readonly UsageGroup[]; since: number },
): Promise<GroupedUsage> {
  const all = await details(catalog, organization)
  const unpurged = all.filter(map => map.state !== 'purged')
  const contents = contentsOf(unpurged)
  const groups = new Map<string, Sums>()
  for (const detail of unpurged) {
    const sums = groupOf(groups, detail, by)
    const charged = [...contents.values()].reduce(
      (sum, { stored, holders }) => sum + share(stored, holders.indexOf(detail), holders.length),
      0,
    )
    const live = detail.state === 'live'
    sums.maps += Number(live)
    sums.size += live ? detail.map.size : 0
    sums.storedSize += charged
    sums.deletedMaps += Number(!live)
    sums.waitingSize += live ? 0 : charged
    sums.recentSize += detail.map.createdAt >= since ? charged : 0
  }
  return { groups: [...groups.values()], firstUploadAt: all[0]?.map.createdAt }
}

/** The same for the operator. */
export async function usageOfAll(catalog: Catalog, organizations: readonly number[], since: number): Promise<StoredBytes> {
  const all = await Promise.all(organizations.map(organization => details(catalog, organization)))
  const contents = all.flatMap(maps => [...contentsOf(maps.filter(map => map.state !== 'purged')).values()])
  const sum = (chosen: typeof contents) => chosen.reduce((total, { stored }) => total + stored, 0)
  const first = Math.min(...all.flatMap(maps => maps.map(({ map }) => map.createdAt)))
  return {
    storedSize: sum(contents),
    waitingSize: sum(contents.filter(({ holders }) => holders.every(({ state }) => state === 'deleted'))),
    recentSize: sum(contents.filter(({ holders }) => holders.every(({ map }) => map.createdAt >= since))),
    firstUploadAt: Number.isFinite(first) ? first : undefined,
  }
}

/** All maps of an organization in id order, whatever their state. */
async function details(catalog: Catalog, organization: number): Promise<MapDetail[]> {
  const all: MapDetail[] = []
  for (let id = 1; ; id++) {
    const detail = await catalog.detail(organization, id)
    if (!detail) return all
    all.push(detail)
  }
}

interface Content {
  readonly stored: number
  readonly holders: MapDetail[]
}

function contentsOf(maps: readonly MapDetail[]): Map<string, Content> {
  const contents = new Map<string, Content>()
  for (const map of maps) {
    for (const { copy, storedSize } of map.files) {
      const content = contents.get(copy.digest) ?? { stored: storedSize, holders: [] }
      if (!content.holders.includes(map)) content.holders.push(map)
      contents.set(copy.digest, content)
    }
  }
  return contents
}

function share(bytes: number, place: number, holders: number): number {
  if (place < 0) return 0
  return Math.floor(bytes / holders) + (place === 0 ? bytes % holders : 0)
}

function groupOf(groups: Map<string, Sums>, { map, uploader }: MapDetail, by: readonly UsageGroup[]): Sums {
  const { service, version } = map.attributes
  const values = { service, version, mapkind: map.kind, uploader: uploader.id }
  const group = Object.fromEntries(by.flatMap(each => (values[each] === undefined ? [] : [[each, values[each]]])))
  const key = JSON.stringify(by.map(each => values[each] ?? null))
  const empty = { maps: 0, size: 0, storedSize: 0, deletedMaps: 0, waitingSize: 0, recentSize: 0 }
  const sums = groups.get(key) ?? { group, uploaderName: undefined, ...empty }
  groups.set(key, sums)
  return sums
}
