/** What an application key may do. */
export const permissions = {
  rum_apps_read: 'list, get, download, repository information, usage, history',
  rum_delete_data: 'delete, restore, undo',
  mapkeep_admin: 'keys, holds, audit',
} as const satisfies Record<string, string>

/** The name of a permission. */
export type Permission = keyof typeof permissions

/** All permissions. */
export const permissionNames = Object.keys(permissions) as Permission[]
