import type { Administration } from '../cli/administration.ts'
import type { Settings } from '../config/setting.ts'
import { createKey, createOrganization } from '../operations/keys.ts'
import type { Catalog } from '../operations/ports/catalog.ts'
import { openFoundCatalog } from './catalogs.ts'

/** Opens the catalog for work on keys and organizations. */
export async function openAdministration(settings: Settings): Promise<Administration> {
  return administration(await openFoundCatalog(settings))
}

function administration(catalog: Catalog): Administration {
  return {
    createKey: ({ organization, ...order }) =>
      createKey(catalog, { ...order, organizationName: organization, creator: 'command line', createdAt: Date.now() }),
    listKeys: organization => catalog.listKeys(organization),
    revokeKey: id => catalog.revokeKey(id, { actor: 'command line', address: undefined, at: Date.now(), organization: undefined }),
    createOrganization: name => createOrganization(catalog, name, Date.now()),
    listOrganizations: () => catalog.listOrganizations(),
    close: () => catalog.close(),
  }
}
