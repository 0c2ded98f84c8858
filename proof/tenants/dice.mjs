/** The choices of one step: numbers that a program consists of, each used once, so that smaller numbers are simpler requests. */
export function throwDice(dice) {
  let at = 0
  const next = () => dice[at++ % dice.length]
  return { next, of: list => list[next() % list.length] }
}
