import type { TransferProgress } from '../domain/transfer.ts'
import { ageText, sizeText } from './quantities.ts'

/** Says how far a copy of an installation has come, with bytes per second and the time left as this run has seen it. */
export function transferLine(clock: () => number): (progress: TransferProgress) => string {
  const started = clock()
  return progress => {
    const { step, done, total } = progress
    if (step !== 'files') return `${step === 'rows' ? 'copying' : 'comparing'} rows: ${done} of ${total}${shareText(done, total)}`
    const pace = paceText(progress, clock() - started)
    return `copying files: ${done} of ${total}, ${sizeText(progress.size)} of ${sizeText(progress.totalSize)}${shareText(progress.size, progress.totalSize)}${pace}`
  }
}

function paceText({ size, totalSize, movedSize }: TransferProgress, milliseconds: number): string {
  if (milliseconds <= 0 || movedSize === 0) return ''
  const left = ((totalSize - size) * milliseconds) / movedSize
  return `, ${sizeText((1000 * movedSize) / milliseconds)}/s, ${ageText(left)} left`
}

function shareText(done: number, total: number): string {
  return total > 0 ? ` (${Math.min(100, Math.floor((100 * done) / total))} %)` : ''
}
