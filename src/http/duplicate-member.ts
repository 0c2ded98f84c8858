/** The name of a member that an object of a JSON text has twice, of which a parser would keep one in silence; the text must be valid. */
export function duplicateMember(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  // Strings as wholes, so that what they hold is not taken for structure; a colon behind one makes it a name
  for (const [token, name] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (name !== undefined) {
      const member = JSON.parse(name) as string
      const known = open.at(-1)
      if (known?.has(member)) return member
      known?.add(member)
    }
  }
  return undefined
}
