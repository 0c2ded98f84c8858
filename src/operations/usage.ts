import type { UsageGroup } from '../domain/usage-groups.ts'
import { growthPerDay, growthSince } from './growth.ts'
import type { Usage, UsageCatalog } from './ports/usage-catalog.ts'

/** What maps take. Sizes are bytes. */
export interface UsageSums extends Pick<Usage, 'maps' | 'size' | 'storedSize' | 'deletedMaps' | 'waitingSize'> {
  /** Stored bytes a day, of the last days' uploads. */
  readonly growthPerDay: number
}

/** What the maps of one group take. */
export interface GroupUsage extends UsageSums, Pick<Usage, 'group' | 'uploaderName'> {}

/** What an organization asks about its usage. `at`: milliseconds since 1970. */
export interface UsageQuestion {
  readonly organization: number
  readonly by: readonly UsageGroup[]
  readonly at: number
}

/** What the maps of an organization take, the group that stores most first, and all of them together. */
export async function usage(
  catalog: UsageCatalog,
  { organization, by, at }: UsageQuestion,
): Promise<{ readonly groups: readonly GroupUsage[]; readonly totals: UsageSums }> {
  const { groups, firstUploadAt } = await catalog.usage(organization, by, growthSince(at))
  const sum = (name: 'maps' | 'size' | 'storedSize' | 'deletedMaps' | 'waitingSize' | 'recentSize') =>
    groups.reduce((total, each) => total + each[name], 0)
  const growth = (recentSize: number) => growthPerDay(recentSize, firstUploadAt, at)
  return {
    groups: groups
      .map(({ recentSize, ...rest }) => ({ ...rest, growthPerDay: growth(recentSize) }))
      .sort((a, b) => b.storedSize - a.storedSize || byName(a, b)),
    totals: {
      maps: sum('maps'),
      size: sum('size'),
      storedSize: sum('storedSize'),
      deletedMaps: sum('deletedMaps'),
      waitingSize: sum('waitingSize'),
      // Of the sum, so that what is lost by rounding many small groups is not lost here
      growthPerDay: growth(sum('recentSize')),
    },
  }
}

/** Any order will do as long as it is the same each time. */
function byName(a: Pick<Usage, 'group'>, b: Pick<Usage, 'group'>): number {
  const [left, right] = [a, b].map(({ group }) => JSON.stringify(group)) as [string, string]
  return left < right ? -1 : Number(left > right)
}
