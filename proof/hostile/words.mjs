// Texts that have broken servers before.
import fc from 'fast-check'

/** Stands in much of what is sent, and must stand nowhere in the log. */
export const mark = 'zqmark'

/** The file name of everything that tries to leave the data folder. */
export const escapeName = 'mapkeep-hostile-escape'

/** Numbers at the edges of every type a server could keep them in, in the spellings of people who try. */
export const numbers = [
  ...[
    '0',
    '-0',
    '1',
    '-1',
    '+1',
    '01',
    '1.0',
    '1.5',
    '.5',
    '1e3',
    '1e400',
    '-1e400',
    '0x10',
    '0b1',
    '1_000',
    ' 1',
    '1 ',
    '1\0',
    'NaN',
    'Infinity',
  ],
  ...['99', '100', '101', '999', '1000', '1001', '65535', '65536', '2147483647', '2147483648', '-2147483648', '4294967295', '4294967296'],
  ...[
    '9007199254740991',
    '9007199254740992',
    '9007199254740993',
    '999999999999999',
    '1000000000000000',
    '9223372036854775807',
    '9223372036854775808',
  ],
  ...['18446744073709551616', '1'.repeat(40), '0'.repeat(20), '１', '٣', '１２', '߁', '²', 'Ⅷ', '1,2', '1;2', '1-2', 'true'],
]

const paths = [
  `../../../../../../../../tmp/${escapeName}`,
  `..\\..\\..\\${escapeName}`,
  `/tmp/${escapeName}`,
  `....//....//${escapeName}`,
  `%2e%2e%2f%2e%2e%2f${escapeName}`,
  `..%c0%af..%c0%af${escapeName}`,
  `C:\\${escapeName}`,
  `\\\\host\\${escapeName}`,
  `file:///tmp/${escapeName}`,
  `${escapeName}\0.map`,
  `~/${escapeName}`,
  '.',
  '..',
  '/',
  '//',
  '.mapkeep-tmp/../../x',
  'con',
  'a/../b',
]

const texts = [
  ...[
    '',
    ' ',
    '\t',
    '\0',
    'a\0b',
    '\x7f',
    '\x80',
    '\x9b31m',
    '\x1b[31mred\x1b[0m',
    '\x1b]0;title\x07',
    '\b\b\b',
    '\u2028',
    '\u2029',
    '\ufeff',
    '\ufffe',
    '\u202e',
  ],
  ...['\r\n', '\n', '\r', 'a\r\nb', 'a\nX-Injected: 1', '\r\n\r\n', '\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
  ...[
    '"',
    "'",
    '\\',
    '\\"',
    '`',
    '"}',
    '"},"x":{"',
    '"}\n{"level":60,"msg":"forged"}',
    "' OR '1'='1",
    "'; --",
    '");--',
    '$1',
    '?',
    ':a',
    '%',
    '_',
    '*',
    '%_%',
  ],
  ...[
    '[a-z]*',
    '.*',
    '^.*$',
    '(a+)+$',
    '{a,b}',
    '!x',
    '~x',
    '<x>',
    '&lt;',
    '<script>alert(1)</script>',
    '\x24{jndi:ldap://x/}',
    '{{7*7}}',
    '%s%n',
    '$(id)',
    ';id',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'null',
    'undefined',
    'true',
    'false',
    '[object Object]',
    '[]',
    '{}',
  ],
  ...[
    'ｊｓ',
    'ＪＳ',
    'JS',
    'Js',
    'js ',
    ' js',
    'js\0',
    'js,ios',
    'ĵs',
    '\u212a',
    'ı',
    'İ',
    'ſ',
    'ß',
    'ﬁ',
    'é',
    'e\u0301',
    'Å',
    '\u212b',
    '👩‍👩‍👧',
    '\u{10ffff}',
    '\ud800',
    '\udfffx',
    'x'.repeat(300),
  ],
]

/** Any text, nasty by choice; some of them carry the mark. */
export const nasty = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...texts) },
      { weight: 2, arbitrary: fc.constantFrom(...paths) },
      { weight: 2, arbitrary: fc.constantFrom(...numbers) },
      { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom('a', '%', '*', '.', '/', '"', '\\', 'é', '👍'), fc.constantFrom(100, 255, 256, 800, 801, 4096, 4097, 9000))
          .map(([unit, count]) => unit.repeat(count)),
      },
    ),
    fc.constantFrom('', '', '', mark),
  )
  .map(([text, marked]) => marked + text)

/** File names that would leave a folder, among other nasty ones. */
export const nastyName = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...paths) }, { weight: 1, arbitrary: nasty })

/** A text as bytes of UTF-8, one character a byte: what requests are made of here. */
export const bytesOf = text => Buffer.from(text, 'utf8').toString('latin1')

/** A text for a header line or a request line: everything but what would end it. */
export const lineOf = text => bytesOf(text).replace(/[\r\n]/g, '')

/** A text in percent-encoding; a half of a pair, which has no encoding, in the one it would have. */
export const percent = text => [...text].map(each => (/\p{Surrogate}/u.test(each) ? '%ED%A0%80' : encodeURIComponent(each))).join('')

/** A text in one of the ways in which a query may be encoded, right or wrong. */
export const encodings = {
  usual: text => percent(text),
  plus: text => percent(text).replaceAll('%20', '+'),
  twice: text => percent(percent(text)),
  every: text => [...Buffer.from(text)].map(byte => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  raw: text => lineOf(text).replace(/[ &#+]/g, each => percent(each)),
  broken: text => `${percent(text)}%zz`,
  cut: text => `${percent(text)}%e2%82`,
  overlong: text => `${percent(text)}%c0%80`,
  unicode: text => `${percent(text)}%u0041`,
  nul: text => `${percent(text)}%00`,
}
