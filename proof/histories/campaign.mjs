// Many histories, some at once, played and judged.
import http from 'node:http'
import { judge, show, shrink } from './judge.mjs'
import { isAnswered } from './linearize.mjs'
import { play } from './play.mjs'

/** Histories that are played at the same time. */
const atOnce = 6

/** So many histories in a row place holds, and then as many do not: where there is no hold at all, previews go another way. */
const stretch = 60

/** Milliseconds between two requests of a client, at most, where the server purges meanwhile; it looks every second for what is due. */
const longestPause = 600

/**
 * Plays histories until there are enough or the time is over, and gives the figures. `engine`: `{ targets, exact, undoWindow? }`; `onBad` is
 * given each history that is none of a sound server, and why.
 */
export async function campaign(engine, { seed, histories, seconds, onBad, onProgress = () => {} }) {
  const figures = { histories: 0, requests: {}, answers: {}, inDoubt: 0, atOnce: 0, visited: 0, undecided: 0, bad: 0, seconds: 0, next: 0 }
  const agent = new http.Agent({ keepAlive: true })
  const targets = engine.targets.map(target => ({ ...target, agent }))
  const start = performance.now()
  const isOver = () => figures.next >= histories || performance.now() - start > seconds * 1000
  const player = async () => {
    while (!isOver()) {
      const number = figures.next++
      const wishes = { holds: number % (2 * stretch) < stretch, pause: engine.undoWindow === undefined ? 0 : longestPause }
      const history = await play(targets, { seed: (seed + number) >>> 0, service: `h${number}`, wishes })
      history.purges = engine.undoWindow === undefined ? [] : purgesOf(history, engine)
      weigh(history, { engine, figures, onBad })
      onProgress(figures)
    }
  }
  await Promise.all(Array.from({ length: engine.undoWindow === undefined ? atOnce : 2 * atOnce }, player))
  agent.destroy()
  return { ...figures, seconds: (performance.now() - start) / 1000 }
}

function weigh(history, { engine: { exact }, figures, onBad }) {
  count(figures, history)
  const judged = judge(history, { exact })
  figures.visited = Math.max(figures.visited, judged.visited)
  if (judged.verdict === 'undecided') figures.undecided++
  if (history.faults.length > 0) report({ history, figures, onBad }, `answers that no request may get:\n  ${history.faults.join('\n  ')}\n`)
  else if (judged.verdict === 'violation') {
    const smallest = shrink(history, { exact })
    report({ history, figures, onBad }, `no order of these requests explains their answers:\n${show(smallest, judge(smallest, { exact }))}`)
  }
}

function report({ history, figures, onBad }, why) {
  figures.bad++
  onBad(history, why)
}

function count(figures, { requests }) {
  figures.histories++
  const told = new Set()
  for (const { kind, input, answer, lost } of requests) {
    figures.requests[kind] = (figures.requests[kind] ?? 0) + 1
    const outcome = `${kind}${input.plan ? ' of a plan' : ''}${input.name ? ' with a name' : ''}: ${outcomeOf({ kind, answer, lost, told })}`
    figures.answers[outcome] = (figures.answers[outcome] ?? 0) + 1
  }
  figures.inDoubt += requests.filter(each => !isAnswered(each)).length
  const widths = requests.map(({ call }) => requests.filter(each => each.call <= call && each.return > call && isAnswered(each)).length)
  figures.atOnce = Math.max(figures.atOnce, ...widths)
}

/** `told`: the maps that uploads were answered with before, and the operations. */
function outcomeOf({ kind, answer, lost, told }) {
  if (!answer) return `no answer, ${lost}`
  if (answer.refused) return `refused, ${answer.refused}`
  if (kind === 'get') return answer.state
  const fact = `${kind} ${kind === 'upload' ? answer.id : answer.operation}`
  if ((kind !== 'upload' && kind !== 'move') || !told.has(fact)) {
    told.add(fact)
    return 'done'
  }
  return kind === 'upload' ? 'a repeat' : 'told once more'
}

/** The clocks of server and client are one, read in different ways. */
const clockTolerance = 5

/**
 * Purges that may have happened: after the undo window of whatever deleted, and not before. Two each, since what a hold kept at first may go
 * later.
 */
function purgesOf({ requests }, { undoWindow }) {
  return requests.flatMap(({ index, kind, call, answer }) => {
    if ((kind !== 'move' && kind !== 'undo') || answer?.refused) return []
    const until = answer?.undoUntil ? answer.undoUntil - performance.timeOrigin : call + undoWindow
    const purge = { kind: 'purge', input: { deletedBy: index }, call: until - clockTolerance, return: Number.POSITIVE_INFINITY }
    return [purge, { ...purge }]
  })
}
