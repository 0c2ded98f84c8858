import type { Administration, ShownOrganization } from './administration.ts'
import { tableLines } from './table.ts'
import { bold, print, type Terminal } from './terminal.ts'

/** Makes an organization. */
export async function createOrganization(
  terminal: Terminal,
  administration: Administration,
  { name, json }: { name: string; json: boolean },
) {
  const organization = await administration.createOrganization(name)
  print(terminal, json ? JSON.stringify(toJson(organization)) : `Created the organization ${name} (${organization.uuid}).`)
}

/** Shows all organizations. */
export async function listOrganizations(terminal: Terminal, administration: Administration, { json }: { json: boolean }): Promise<void> {
  const organizations = await administration.listOrganizations()
  if (json) return print(terminal, JSON.stringify({ data: organizations.map(toJson) }))
  const [titles = '', ...lines] = tableLines(
    [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'UUID', cell: ({ uuid }) => uuid },
      { title: 'CREATED', cell: ({ createdAt }) => new Date(createdAt).toISOString().slice(0, 10) },
    ],
    organizations,
  )
  print(terminal, bold(terminal, titles))
  for (const line of lines) print(terminal, line)
}

function toJson({ name, uuid, createdAt }: ShownOrganization): Record<string, string> {
  return { name, uuid, created_at: new Date(createdAt).toISOString() }
}
