import type { Command } from 'commander'
import { addChangeFlags, addForceFlag, changeWish } from './change-flags.ts'
import { environmentHelp, kindsHelp } from './client-help.ts'
import { Failure } from './failure.ts'
import { type MoveWish, moveMaps, moves } from './move-maps.ts'
import { addSelectionFlags, type SelectionOptions, selectionQuery } from './selection-flags.ts'
import type { Terminal } from './terminal.ts'

const previewHelp = `
What is done is what the preview showed, however many maps that are: the preview is a plan, and what is uploaded meanwhile is not touched.
When a lost answer makes it ask again, it cannot change more than the first time. The undo command is printed at the end.`

/** Adds `mapkeep delete`. */
export function addDelete(program: Command, terminal: Terminal): void {
  addMove(addForceFlag(program.command('delete').description('delete the maps that match, after a preview')), terminal, 'delete')
}

/** Adds `mapkeep restore`. */
export function addRestore(program: Command, terminal: Terminal): void {
  addMove(program.command('restore').description('bring back deleted maps that match, after a preview'), terminal, 'restore')
}

function addMove(command: Command, terminal: Terminal, name: keyof typeof moves): void {
  addChangeFlags(addSelectionFlags(command, 'required'))
    .option('--dry-run', 'stop after the preview and say how to carry it out')
    .option('--plan <id>', 'carry out an earlier preview of the same selection')
    .option('--json', "print the server's answer: {data: [map…], meta: {dry_run, totals, plan or operation, held, unmatched}}")
    .addHelpText('after', `${previewHelp}\n${kindsHelp()}\n${environmentHelp}`)
    .action((options: SelectionOptions) =>
      moveMaps(terminal, { move: moves[name], selection: selectionQuery(options), wish: moveWish(options) }),
    )
}

function moveWish(options: SelectionOptions): MoveWish {
  const wish = { ...changeWish(options), dryRun: options.dryRun === true, plan: options.plan as string | undefined }
  if (wish.dryRun && wish.plan !== undefined)
    throw new Failure('usage', '--plan carries out a preview, --dry-run makes one: give one of them')
  return wish
}
