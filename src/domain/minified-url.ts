import type { Attributes } from './fields.ts'

const absoluteUrl = /^[a-z][a-z0-9+.-]*:\/\/([^/]*)(.*)$/i

/**
 * What a minified URL says of a js map. The uploader joins prefix and path as plain text, so nothing is parsed or decoded
 * beyond what is needed: the host in lower case, the path as written. `wire:` wire-intake section 6.
 */
export function minifiedUrlAttributes(url: string): Attributes {
  const bare = url.replace(/[?#].*$/s, '')
  const [, authority, rest] = absoluteUrl.exec(bare) ?? []
  const path = authority === undefined ? bare : rest
  const host = authority?.slice(authority.lastIndexOf('@') + 1).toLowerCase()
  const name = path?.slice(path.lastIndexOf('/') + 1)
  return {
    ...(path ? { absolute_path: path } : {}),
    ...(host ? { domain: host } : {}),
    ...(name ? { file_name: name } : {}),
  }
}

/** A look-up's file name reduced to what is compared: no scheme, host, leading slash or `.map` end. `wire:` decision 17. */
export function normaliseFileName(name: string): string {
  const bare = name.replace(/[?#].*$/s, '')
  const path = absoluteUrl.exec(bare)?.[2] ?? bare
  return path.replace(/^\/+/, '').replace(/\.map$/, '')
}
