import fs from 'node:fs'

/** Every package of the lock file with its path in node_modules; `dev` marks those that do not run in production. */
export const lockedPackages = lockFile =>
  Object.entries(JSON.parse(fs.readFileSync(lockFile, 'utf8')).packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ ...entry, path, name: nameOf(path) }))

const folder = 'node_modules/'

const nameOf = path => path.slice(path.lastIndexOf(folder) + folder.length)

/** Where Node looks for what a package needs: in its own node_modules, then in those of the folders above. */
const found = (path, name, paths) => {
  for (let from = path; ; from = from.slice(0, Math.max(0, from.lastIndexOf(`/${folder}`)))) {
    const place = from === '' ? folder + name : `${from}/${folder}${name}`
    if (paths.has(place)) return place
    if (from === '') return undefined
  }
}

const namesIn = ({ dependencies = {}, optionalDependencies = {}, peerDependencies = {} }) =>
  Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })

const neededBy = (packages, ours) => {
  const paths = new Set(packages.map(each => each.path))
  const needs = new Map(packages.map(each => [each.path, new Set()]))
  const note = (needer, from, entry) => {
    for (const name of namesIn(entry)) needs.get(found(from, name, paths))?.add(needer)
  }
  note('**mapkeep**', '', ours)
  for (const each of packages) note(each.name, each.path, each)
  return path => [...needs.get(path)].sort().join(', ')
}

const inOrder = (a, b) => ((a.name === b.name ? a.path < b.path : a.name < b.name) ? -1 : 1)

const licenceRows = packages => {
  const counts = new Map()
  for (const { license = 'none told' } of packages) counts.set(license, (counts.get(license) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([license, count]) => `| ${license} | ${count} |`)
}

/** The page of packages, from the lock file alone: a new one shows as a line of the change that brings it. */
export const dependenciesPage = ({ lockFile, packageFile }) => {
  const all = lockedPackages(lockFile)
  const production = all.filter(each => !each.dev).sort(inOrder)
  const { dependencies } = JSON.parse(fs.readFileSync(packageFile, 'utf8'))
  const needers = neededBy(production, { dependencies })
  const rows = production.map(each => `| ${each.name} | ${each.version} | ${each.license} | ${needers(each.path)} |`)
  const development = all.filter(each => each.dev)
  return `# Packages

Generated from \`package-lock.json\` by \`npm run generate\`; do not edit.

## What runs in production

${production.length} packages, with those of \`package.json\` and all that these need. Why each of ours was taken is in
[CONTRIBUTING](../../CONTRIBUTING.md#dependencies). A test holds their licences, sources and install scripts to a list
(\`test/supply-chain.test.mjs\`).

| package | version | licence | needed by |
| --- | --- | --- | --- |
${rows.join('\n')}

## Licences of what is for development only

${development.length} more packages build and test mapkeep. They are not in the image, and nothing of them is passed on.

| licence | packages |
| --- | --- |
${licenceRows(development).join('\n')}
`
}
