/** What the command says after `--name`, as a text; otherwise the standard. */
export function flag(name, standard) {
  const at = process.argv.indexOf(`--${name}`)
  return at < 0 ? standard : process.argv[at + 1]
}
