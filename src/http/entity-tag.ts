/** Whether an If-None-Match header names this tag; weak and strong forms are the same here (RFC 9110, section 13.1.2). */
export function sameTag(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some(each => [tag, '*'].includes(each.trim().replace(/^W\//, '')))
}
