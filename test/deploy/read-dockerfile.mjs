/** The stages of a Dockerfile, each with its instructions in order; comments are left out, continued lines are one. */
export function readDockerfile(text) {
  const stages = []
  for (const { name, value } of instructions(text)) {
    if (name === 'FROM') stages.push(stage(value, stages.length))
    else stages.at(-1).instructions.push({ name, value })
  }
  return stages
}

/** The value of an instruction in its list form, such as `["serve"]`. */
export const listOf = value => JSON.parse(value)

/** The last value an instruction has in a stage. */
export const lastOf = (stage, name) => stage.instructions.findLast(each => each.name === name)?.value

/** `COPY --flag=… from… to` in its parts. */
export function readCopy(value) {
  const words = value.split(/\s+/)
  const flags = Object.fromEntries(words.filter(word => word.startsWith('--')).map(word => word.slice(2).split('=')))
  const paths = words.filter(word => !word.startsWith('--'))
  return { ...flags, sources: paths.slice(0, -1), target: paths.at(-1) }
}

function instructions(text) {
  const lines = text.split('\n').filter(line => !/^\s*(#|$)/.test(line))
  const whole = lines.join('\n').replace(/\\\n\s*/g, '')
  return whole.split('\n').map(line => {
    const [, name, value] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
    if (!name) throw new Error(`not an instruction: ${line}`)
    return { name, value }
  })
}

function stage(value, number) {
  const [image, , name = String(number)] = value.split(/\s+/)
  return { image, name, instructions: [] }
}
