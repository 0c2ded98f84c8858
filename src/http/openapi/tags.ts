import type { Description, Schema } from '../description.ts'

const texts: Readonly<Record<Description['tag'], string>> = {
  'Source maps': 'Datadog’s operations on stored maps of the eight official kinds.',
  Upload: 'What uploaders call.',
  Keys: 'Whether keys are valid.',
  Mapkeep: 'mapkeep’s own operations, for maps of every kind.',
  Running: 'What those who run the server ask.',
}

/** The groups of operations, in the order of the document. */
export const tags: readonly Schema[] = Object.entries(texts).map(([name, description]) => ({ name, description }))
