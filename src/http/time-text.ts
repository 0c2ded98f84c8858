/** A member with a time as text in UTC; none when there is no time. `at`: milliseconds since 1970. */
export function timeMember<Name extends string>(name: Name, at: number | undefined): { readonly [name in Name]?: string } {
  return at === undefined ? {} : ({ [name]: new Date(at).toISOString() } as { readonly [name in Name]?: string })
}
