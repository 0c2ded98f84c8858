import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const main = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'dist', 'main.js')

const help = command => {
  const { PATH, HOME } = process.env // nothing of the caller's settings may show
  return execFileSync(process.execPath, [main, ...command, '--help'], { encoding: 'utf8', env: { PATH, HOME, COLUMNS: '140' } }).trimEnd()
}

// Commander lists the commands of a help text one per line, indented by two, under "Commands:".
const commandsIn = text => {
  const [, list = ''] = text.split(/^Commands:\n/m)
  return [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name]) => name).filter(name => name !== 'help')
}

const section = command => {
  const text = help(command)
  const title = command.length > 0 ? `## mapkeep ${command.join(' ')}\n\n` : ''
  return [`${title}\`\`\`text\n${text}\n\`\`\``, ...commandsIn(text).flatMap(name => section([...command, name]))]
}

/** The page of commands: the help text of every one. */
export const commandsPage = () => `# Commands

Generated from the help texts by \`npm run generate\`; do not edit. \`mapkeep\` is \`node dist/main.js\` in a checkout.

Exit codes: 0 done · 1 the server refused, or nothing matched · 2 wrong usage · 3 the server could not be reached.

${section([]).join('\n\n')}
`
