import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { read, root } from './files.mjs'
import { listOf, readCopy, readDockerfile } from './read-dockerfile.mjs'

const installEverything = 'npm ci --no-audit --no-fund'

/**
 * Builds what the Dockerfile says, without a container: a folder per stage stands for its file system, RUN lines run as they are, with
 * this machine's Node and npm, and see nothing but what COPY brought. Gives the folder of the last stage and how it is started.
 * One line is not run: the installation of all packages, which are those of this checkout anyway, takes minutes.
 */
export function imitateBuild(folder) {
  const context = path.join(folder, 'context')
  sendContext(context)
  const stages = readDockerfile(read('Dockerfile')).map(stage => ({
    ...stage,
    folder: path.join(folder, stage.name),
    directory: '/',
    environment: {},
  }))
  const build = { context, stages }
  for (const stage of stages) {
    fs.mkdirSync(stage.folder)
    for (const { name, value } of stage.instructions) execute[name]({ ...build, stage, value })
  }
  const last = stages.at(-1)
  return { ...last, rootFolder: last.folder, folder: within(last, '.') }
}

/** What .dockerignore lets through: it forbids everything, and then names what may pass. */
function sendContext(context) {
  const [first, ...rest] = read('.dockerignore')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
  if (first !== '*' || rest.some(line => !line.startsWith('!'))) throw new Error('.dockerignore has more in it than is understood here')
  for (const file of rest.map(line => line.slice(1))) fs.cpSync(path.join(root, file), path.join(context, file), { recursive: true })
}

const nothing = () => {}
const execute = {
  WORKDIR: ({ stage, value }) => {
    stage.directory = value
    fs.mkdirSync(within(stage, '.'), { recursive: true })
  },
  ENV: ({ stage, value }) => Object.assign(stage.environment, Object.fromEntries([value.split('=')])),
  COPY: ({ context, stages, stage, value }) => {
    const { sources, target, from } = readCopy(value)
    const other = stages.find(each => each.name === from)
    if (from && !other) throw new Error(`there is no stage ${from}`)
    for (const source of sources)
      copy(other ? within(other, source) : path.join(context, source), within(stage, target), target.endsWith('/'))
  },
  RUN: ({ stage, value }) => {
    if (value === installEverything) return fs.symlinkSync(path.join(root, 'node_modules'), path.join(within(stage, '.'), 'node_modules'))
    if (/(^|\s)\/\w/.test(value)) throw new Error(`this would leave its folder: RUN ${value}`)
    const { status, stdout, stderr } = spawnSync('sh', ['-ec', value], {
      cwd: within(stage, '.'),
      env: { ...process.env, npm_config_prefer_offline: 'true' },
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`RUN ${value}\n${stdout}${stderr}`)
  },
  USER: ({ stage, value }) => Object.assign(stage, { user: value }),
  ENTRYPOINT: ({ stage, value }) => Object.assign(stage, { entrypoint: listOf(value) }),
  CMD: ({ stage, value }) => Object.assign(stage, { command: listOf(value) }),
  HEALTHCHECK: ({ stage, value }) => Object.assign(stage, { health: listOf(/CMD (\[.*\])$/.exec(value)[1]) }),
  VOLUME: nothing,
  EXPOSE: nothing,
  STOPSIGNAL: nothing,
}

/** A path of a stage as one of this machine. */
const within = (stage, file) => path.join(stage.folder, path.posix.resolve(stage.directory, file))

/** As COPY does: of a folder its content, of a file the file itself. */
function copy(source, target, intoFolder) {
  const isFolder = fs.statSync(source).isDirectory()
  fs.cpSync(source, isFolder || !intoFolder ? target : path.join(target, path.basename(source)), {
    recursive: true,
    verbatimSymlinks: true,
  })
}

/** Bytes on disk below a folder. */
export const diskUse = folder => Number(execFileSync('du', ['-s', '--block-size=1', folder], { encoding: 'utf8' }).split('\t')[0])
