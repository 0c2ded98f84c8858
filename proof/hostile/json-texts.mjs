// JSON as it should not be: what parsers disagree about, and what only looks like JSON.
import fc from 'fast-check'
import { bytesOf } from './words.mjs'

const put = member => text => (text.startsWith('{') ? `{${member}${text === '{}' ? '' : ','}${text.slice(1)}` : text)

const nested = (depth, [open, close]) => `${open.repeat(depth)}${close.repeat(depth)}`

/** Edits of a JSON text; most leave it JSON. */
const edits = [
  text => text,
  text => text,
  text => `\ufeff${text}`,
  text => ` \t\r\n${text}\n`,
  put('"type":"js_sourcemap"'),
  put('"type":"elf_symbol_file","type":"js_sourcemap"'),
  put('"\\u0074ype":"ios_symbols"'),
  put('"__proto__":{"type":"js_sourcemap","overwrite":true}'),
  put('"constructor":{"prototype":{"polluted":true}}'),
  put('"toString":1,"valueOf":2,"hasOwnProperty":3,"length":-1,"then":4,"toJSON":5'),
  put('"":""'),
  put('"n":1e400,"m":-1e400,"s":1e-400,"z":-0,"b":123456789012345678901234567890'),
  put('"service":1e400'),
  put('"version":123456789012345678901234567890'),
  put('"version":-0'),
  put('"service":"\\ud800"'),
  put('"service":"\\udc00\\ud800"'),
  put('"minified_url":"\\ud800"'),
  put('"service":"\\u0000"'),
  put('"git_repository_url":"https://user:zqmark@host/\\u0000","git_commit_sha":"\\ud800"'),
  put(`"deep":${nested(100, ['[', ']'])}`),
  put(`"deep":${nested(5_000, ['[', ']'])}`),
  put(`"deep":${nested(200_000, ['[', ']'])}`),
  put(`"deep":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`),
  put(`"long":"${'x'.repeat(70_000)}"`),
  put(`"long":"${'\\u0000'.repeat(100_000)}"`),
  put(`"long":"${'é'.repeat(600_000)}"`),
  put(`${Array.from({ length: 20_000 }, (_, at) => `"k${at}":${at}`).join(',')}`),
  put(`"ids":[${Array.from({ length: 20_000 }, (_, at) => at).join(',')}]`),
  text => nested(100_000, ['[', ']']) + text,
  text => nested(300, ['{"a":', '}']) + text,
  text => text.slice(0, -1),
  text => text.slice(0, Math.floor(text.length / 2)),
  text => `${text}${text}`,
  text => `${text},`,
  text => `${text}\0`,
  text => `${text} // comment`,
  text => text.replaceAll('"', "'"),
  text => text.replaceAll(':', ':NaN,'),
  text => text.replaceAll('"', '\u201c'),
  text => text.replaceAll('{', '{\x01'),
  () => '',
  () => ' ',
  () => 'null',
  () => 'true',
  () => '0',
  () => '""',
  () => '[]',
  () => '{}',
  () => '[{}]',
  () => '{"data":null}',
  () => '{"data":[]}',
  () => '{"data":{"attributes":null}}',
  () => '{"data":{"attributes":[],"type":{}}}',
  () => 'undefined',
  () => '<xml/>',
]

const encodings = [
  ...Array.from({ length: 12 }, () => bytesOf),
  text => Buffer.from(text, 'utf16le').toString('latin1'),
  text => `${bytesOf(text)}\xff`,
  text => bytesOf(text).replace('"', '"\xc0\x80'),
  text => bytesOf(text).replace('"', '"\xed\xa0\x80'),
]

/** Texts of JSON values, right and wrong, as bytes. */
export function jsonTexts(value) {
  return fc
    .tuple(value, fc.constantFrom(...edits), fc.constantFrom(...encodings))
    .map(([each, edit, encode]) => encode(edit(JSON.stringify(each))))
}
