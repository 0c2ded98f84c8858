// Query strings that are almost right: repeated, misspelt, encoded oddly, with values from the edges.
import fc from 'fast-check'
import { encodings, lineOf, nasty, numbers, percent } from './words.mjs'

const pick = (...choices) => fc.constantFrom(...choices)

/** Ways to write a parameter's name that must not be taken for it. */
export const misspellings = {
  capital: name => name.toUpperCase(),
  blank: name => `${name} `,
  'blank first': name => ` ${name}`,
  'no bracket': name => name.replace(/[[\]]/g, ''),
  'half a bracket': name => name.replace(']', ''),
  'wide brackets': name => name.replace('[', '［').replace(']', '］'),
  list: name => `${name}[]`,
  index: name => `${name}[0]`,
  dotted: name => name.replace('[', '.').replace(']', ''),
  plural: name => name.replace('filter', 'filters'),
  dotless: name => name.replaceAll('i', 'ı'),
  wide: name => name.replaceAll('s', 'ｓ'),
  kelvin: name => name.replaceAll('k', '\u212a'),
  'a letter less': name => name.slice(0, -2) + name.slice(-1),
  'a letter more': name => name.replace(/(\w)(\]?)$/, '$1s$2'),
  nul: name => `${name}\0`,
  'zero width': name => `${name}\u200b`,
  mark: name => `\ufeff${name}`,
  underscore: name => name.replaceAll('_', '-'),
  camel: name => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()),
  reversed: name => [...name].reverse().join(''),
  empty: () => '',
  proto: () => '__proto__',
  'of an object': name => `${name}.toString`,
}

/** One parameter as text of a query, its encoding chosen by name. */
export function pairText({ name, value, nameAs = 'usual', valueAs = 'usual' }) {
  const plainName = nameAs === 'brackets' ? percent(name).replaceAll('%5B', '[').replaceAll('%5D', ']') : encodings[nameAs](name)
  return value === undefined ? plainName : `${plainName}=${encodings[valueAs](value)}`
}

/** How names are encoded: as clients do, mostly. */
export const nameEncodings = fc.oneof(
  { weight: 6, arbitrary: pick('brackets', 'usual') },
  pick('every', 'twice', 'raw', 'broken', 'overlong', 'nul'),
)

/** How values are encoded: as clients do, mostly. */
export const valueEncodings = fc.oneof({ weight: 8, arbitrary: pick('usual', 'plus', 'every') }, pick(...Object.keys(encodings)))

/** Edits of a list of pairs; each knows whether nobody may take the result for a right request. */
export const pairEdits = fc.oneof(
  fc.tuple(fc.nat(9), pick(...Object.keys(misspellings))).map(
    ([at, how]) =>
      pairs =>
        changed(pairs, at, pair => ({ ...pair, name: misspellings[how](pair.name) })),
  ),
  fc.tuple(fc.nat(9), nasty).map(
    ([at, value]) =>
      pairs =>
        changed(pairs, at, pair => ({ ...pair, value })),
  ),
  fc.tuple(fc.nat(9), pick(...numbers)).map(
    ([at, value]) =>
      pairs =>
        changed(pairs, at, pair => ({ ...pair, value })),
  ),
  fc.tuple(fc.nat(9), nasty).map(
    ([at, value]) =>
      pairs =>
        pairs.flatMap((pair, each) => (each === at % pairs.length ? [pair, { ...pair, value }] : [pair])),
  ),
  fc.nat(9).map(at => pairs => pairs.flatMap((pair, each) => (each === at % pairs.length ? [pair, pair] : [pair]))),
  fc.nat(9).map(at => pairs => pairs.filter((_, each) => each !== at % pairs.length)),
  fc.nat(9).map(at => pairs => changed(pairs, at, pair => ({ ...pair, value: undefined }))),
  fc.tuple(nasty, nasty).map(([name, value]) => pairs => [...pairs, { name, value }]),
  fc.tuple(fc.nat(9), valueEncodings).map(
    ([at, valueAs]) =>
      pairs =>
        changed(pairs, at, pair => ({ ...pair, valueAs })),
  ),
  fc.tuple(fc.nat(9), nameEncodings).map(
    ([at, nameAs]) =>
      pairs =>
        changed(pairs, at, pair => ({ ...pair, nameAs })),
  ),
  fc.tuple(fc.nat(9), pick(1000, 3000)).map(
    ([at, count]) =>
      pairs =>
        pairs.flatMap((pair, each) =>
          each === at % pairs.length ? Array.from({ length: count }, (_, turn) => ({ ...pair, value: `${pair.value}x${turn}` })) : [pair],
        ),
  ),
)

const changed = (pairs, at, change) => pairs.map((pair, each) => (each === at % pairs.length ? change(pair) : pair))

/** How pairs are put together: as they should be, mostly. */
export const joins = fc.oneof(
  { weight: 12, arbitrary: fc.constant(texts => `?${texts.join('&')}`) },
  pick(
    texts => `?${texts.join(';')}`,
    texts => `?&&${texts.join('&&')}&`,
    texts => `??${texts.join('&')}`,
    texts => `?${texts.join('&amp;')}`,
    texts => `?${texts.join('&')}#${texts.join('&')}`,
    texts => `#?${texts.join('&')}`,
    texts => `?${texts.join(' ')}`,
    texts => `%3f${texts.join('&')}`,
    texts => `?${texts.join('&')}?${texts.join('&')}`,
  ),
)

/** A query of pairs; a blank would end the request line, so that it is encoded wherever it stands. */
export const queryText = (pairs, join) => lineOf(join(pairs.map(pairText))).replaceAll(' ', '%20')
