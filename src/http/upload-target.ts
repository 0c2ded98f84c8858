const uploadPath = '/api/v2/srcmap'

/** A request target with whatever base path stands before the upload path cut off. `wire:` wire-intake section 1. */
export function uploadTarget(target: string): string {
  const end = target.indexOf('?')
  const path = end < 0 ? target : target.slice(0, end)
  return path.endsWith(uploadPath) ? target.slice(path.length - uploadPath.length) : target
}
