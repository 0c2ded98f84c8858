/** Everything the audit trail tells of, and what each entry means. */
export const auditActions = {
  upload: 'a map was uploaded, or an upload repeated',
  deletion: 'maps were deleted',
  restoration: 'deleted maps were brought back',
  undo: 'an operation was undone',
  purge: 'the bytes of deleted maps were removed',
  'key.created': 'a key was made',
  'key.revoked': 'a key was ended',
  'organization.created': 'the organization was made',
  'hold.placed': 'a hold was placed',
  'hold.released': 'a hold was released',
  'deletion.refused': 'a deletion was asked for and refused',
  'restoration.refused': 'a restoration was asked for and refused',
  'undo.refused': 'an undo was asked for and refused',
} as const satisfies Record<string, string>

/** The names of the actions. */
export const auditActionNames = Object.keys(auditActions) as (keyof typeof auditActions)[]
