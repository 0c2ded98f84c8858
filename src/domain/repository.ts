/** Where the code of an upload came from. */
export interface Repository {
  readonly url: string
  readonly commit: string
}

/** A repository URL without user name, password or token; the scp-like `git@host:path` form is no secret and stays. */
export function withoutUserinfo(url: string): string {
  return url.replace(/^(\s*[a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1')
}
