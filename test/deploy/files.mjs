import fs from 'node:fs'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'

/** The checkout. */
export const root = path.join(import.meta.dirname, '..', '..')

/** The text of a file of the checkout. */
export const read = file => fs.readFileSync(path.join(root, file), 'utf8')

/** The one document of a YAML file; keys that stand twice are an error, anchors and merges are resolved. */
export const readYaml = file => parse(read(file), { merge: true })

/** Every file below a folder of the checkout, from its root. */
export const filesBelow = folder =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort()

/** The Kubernetes objects of the manifests, each with the file it stands in; the kustomization is none. */
export const manifests = () =>
  filesBelow('deploy/kubernetes')
    .filter(file => file.endsWith('.yaml') && path.basename(file) !== 'kustomization.yaml')
    .flatMap(file => parseAllDocuments(read(file)).map(document => ({ file, object: soundOf(document) })))

/** Name and value of each line `NAME=value`; comments and lines that are commented out are left out. */
export const readEnvironment = file =>
  Object.fromEntries([...read(file).matchAll(/^([A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]))

/** Seconds of a duration such as `30s` or `2m`. */
export const seconds = text => {
  const [, amount, unit] = /^(\d+)(s|m)?$/.exec(String(text)) ?? []
  if (amount === undefined) throw new Error(`${text} is no duration`)
  return Number(amount) * (unit === 'm' ? 60 : 1)
}

const soundOf = document => {
  if (document.errors.length > 0) throw document.errors[0]
  return document.toJS()
}
