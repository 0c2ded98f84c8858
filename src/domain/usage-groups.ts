import { Problem, parameterReason } from './problem.ts'

/** By what usage can be grouped. */
export const usageGroups = ['service', 'version', 'mapkind', 'uploader'] as const

/** One of these groups. */
export type UsageGroup = (typeof usageGroups)[number]

/** Reads groups with commas between them, as the parameter `by` has them; throws Problem `bad_request`. */
export function parseUsageGroups(text: string): readonly UsageGroup[] {
  const names = text.split(',')
  const faults = [...new Set(names)].flatMap(name => {
    if (!usageGroups.some(group => group === name))
      return [`by must name ${usageGroups.join(', ')}, one or several with commas between them; ${JSON.stringify(name)} is none of these`]
    return names.filter(each => each === name).length > 1 ? [`by names ${name} more than once`] : []
  })
  if (faults.length === 0) return names.flatMap(name => usageGroups.filter(group => group === name))
  throw new Problem(
    'bad_request',
    faults.map(fault => parameterReason('by', fault)),
  )
}
