// What is uploaded: few contents, so that several maps have each of them and they come and go together; and contents that nobody else has.

import { sha256 } from '../../test/wire/api.mjs'
import { seeded } from '../shared/random.mjs'

/** The kinds that are uploaded: the parts of their files, the event, and the attribute by which a map is told from others. */
export const kinds = {
  jvm: {
    parts: ['jvm_mapping_file'],
    event: ({ service, version, tag }) => ({ type: 'jvm_mapping_file', service, version, build_id: tag }),
    tagOf: attributes => attributes.build_id,
  },
  js: {
    parts: ['source_map', 'minified_file'],
    event: ({ service, version, tag }) => ({ type: 'js_sourcemap', service, version, minified_url: `https://static.example/${tag}.js` }),
    tagOf: attributes => attributes.file_name.replace(/\.js$/, ''),
  },
}

/** How many contents are shared by many maps. */
export const sharedContents = 8

const made = new Map()

/** The bytes of a content: a number is one of the shared ones, a text is its own map's. */
export function bytesOf(content) {
  if (typeof content === 'string') return Buffer.from(`the content of ${content} and of no other map`)
  if (!made.has(content)) made.set(content, make(content))
  return made.get(content)
}

/** The digest of a content. */
export function digestOf(content) {
  if (typeof content === 'string') return sha256(bytesOf(content))
  const name = `digest ${content}`
  if (!made.has(name)) made.set(name, sha256(bytesOf(content)))
  return made.get(name)
}

/** Small ones, some that are compressed in the background, one that compression does not make smaller, one that is not kept in memory. */
function make(content) {
  const words = count => Buffer.from(`words of content ${content} `.repeat(count))
  if (content < 3) return words(2)
  if (content < 6) return words(400 * content)
  if (content === 6) return noise(9000)
  return words(14_000)
}

function noise(size) {
  const random = seeded(size)
  return Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)))
}
