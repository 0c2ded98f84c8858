// What a deletion may take at most: the strict reading of those of its filters that the contract names. Written without the server's code.

const idLike = /^[0-9a-f]+$|^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Attributes whose filter ignores the case of hex digits and UUIDs. */
const caseless = new Set(['build_id', 'debug_id', 'file_hash', 'gnu_build_id', 'uuids'])

const attributeOf = name => ({ uuid: 'uuids', filename: 'file_name' })[name] ?? name

/**
 * Reads a query strictly: `ids` are those of `maps` (`{ id, kind, attributes }`) that match it, `refuse` says why it must be refused, if it must;
 * `dryRun` is whether it says so. `known` are the parameters of the contract.
 */
export function readStrictly(target, maps, known) {
  const at = target.indexOf('?')
  const pairs =
    at < 0
      ? []
      : target
          .slice(at + 1)
          .split('&')
          .filter(text => text !== '')
          .map(decodedPair)
  if (pairs.some(pair => pair.includes(undefined))) return { ids: new Set(), refuse: 'a broken encoding' }
  const unknown = pairs.find(([name]) => !known.has(name))
  const kinds = pairs.flatMap(([name, value]) => (name === 'mapkind' ? [value] : []))
  const wanted = new Map()
  for (const [name, value] of pairs) {
    const filter = /^filter\[(\w+)\]$/.exec(name)?.[1]
    if (filter && known.has(name)) wanted.set(filter, [...(wanted.get(filter) ?? []), value])
  }
  const matching = maps.filter(
    map =>
      kinds.length === 1 && map.kind === kinds[0] && [...wanted].every(([name, values]) => values.some(value => matches(map, name, value))),
  )
  return { ids: new Set(matching.map(map => map.id)), refuse: refusal({ unknown, kinds, wanted, pairs }) }
}

function refusal({ unknown, kinds, wanted, pairs }) {
  if (unknown) return `the unknown parameter ${JSON.stringify(unknown[0].slice(0, 60))}`
  if (kinds.length !== 1) return `${kinds.length} kinds`
  if (wanted.size === 0) return 'no filter'
  const dry = pairs.filter(([name]) => name === 'dry_run')
  if (dry.length !== 1 || !['true', 'false'].includes(dry[0][1])) return 'no clear dry_run'
  const empty = pairs.find(([, value]) => value.trim() === '')
  return empty && `an empty ${empty[0]}`
}

function matches({ id, attributes }, name, value) {
  if (name === 'id') return id === value
  const stored = attributes[attributeOf(name)]
  if (typeof stored !== 'string') return false
  if (name === 'filename') return value === stored || value === attributes.absolute_path
  const members = name === 'uuid' ? stored.split(',') : [stored]
  const folded = caseless.has(attributeOf(name)) && idLike.test(value) ? value.toLowerCase() : undefined
  return members.some(member => member === value || (folded !== undefined && member.toLowerCase() === folded))
}

function decodedPair(text) {
  const at = text.indexOf('=')
  return (at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]).map(decoded)
}

/** Percent-encoding of UTF-8, byte by byte; nothing when it is broken. */
function decoded(text) {
  const bytes = []
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] === '%' ? hexByte(text.slice(at + 1, at + 3)) : text[at] === '+' ? 32 : text.charCodeAt(at)
    if (byte === undefined) return undefined
    if (text[at] === '%') at += 2
    bytes.push(byte)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}

const hexByte = text => (/^[0-9a-f]{2}$/i.test(text) ? Number.parseInt(text, 16) : undefined)
