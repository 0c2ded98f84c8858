/** What an application key may do. */
export const permissions = {
  rum_apps_read: 'list, get, download, repository information',
  rum_delete_data: 'delete and restore',
  mapkeep_admin: 'keys and organizations',
} as const satisfies Record<string, string>

/** The name of a permission. */
export type Permission = keyof typeof permissions

/** All permissions. */
export const permissionNames = Object.keys(permissions) as Permission[]
