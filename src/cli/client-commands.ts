import type { Command } from 'commander'
import { addAudit } from './audit.ts'
import { addGet } from './get.ts'
import { addHolds } from './holds/hold-commands.ts'
import { addDeleted, addList } from './list.ts'
import { addDelete, addRestore } from './move-commands.ts'
import { addOperations } from './operations.ts'
import type { Terminal } from './terminal.ts'
import { addUndo } from './undo.ts'
import { addUsage } from './usage.ts'

/** The commands that are plain HTTP clients of a running server, in the order in which the help names them. */
const commands: readonly ((program: Command, terminal: Terminal) => void)[] = [
  addList,
  addGet,
  addDelete,
  addRestore,
  addDeleted,
  addOperations,
  addUndo,
  addHolds,
  addUsage,
  addAudit,
]

/** Adds the commands that are plain HTTP clients of a running server. */
export function addClientCommands(program: Command, terminal: Terminal): void {
  for (const add of commands) add(program, terminal)
}
