// Every command line of datadog-ci that uploads something, and the maps it has to make from test/fixtures/inputs.
const release = ['--service', 'shop-web', '--release-version']
const app = 'com.acme.shop'
const chunks = [
  'static/main-MSAE45VP.js',
  'static/admin-26OGKNFF.js',
  'static/chunks/chunk-ZYLKN6Q6.js',
  'static/chunks/chunk-EDMSPLCI.js',
  'static/chunks/checkout-5KUK6QN6.js',
]
const baseName = file => file.slice(file.lastIndexOf('/') + 1)
const js = (path, more) => ({ mapkind: 'js', absolute_path: path, file_name: baseName(path), ...more })
const flutter = arch => ({ mapkind: 'flutter', service: app, version: '2.3.4-56', variant: 'production', arch })
const elf = (file_name, gnu_build_id, more) => ({ mapkind: 'elf', file_name, gnu_build_id, origin: 'datadog-ci', ...more })
const react = (platform, bundle_name) => ({
  mapkind: 'react',
  platform,
  bundle_name,
  service: app,
  version: '1.4.2',
  build_number: '77',
})
const unityBuild = '5f1f8d7e-6a0a-4a55-9f6a-0d5d2f3f7b11'
const thinUuid = '4C4C4428-5555-3144-A168-2F51A643CF36'
const fatUuid = '4C4C4421-5555-3144-A1BA-435C8AD5F2DE'

/**
 * `git`: service and version whose repository the upload tells. `zipped`: the upload is an archive made anew by every run, so that a
 * second run has other bytes and makes maps of its own.
 */
export const commands = [
  {
    name: 'sourcemaps upload under a URL',
    args: ['sourcemaps', 'upload', 'js', ...release, '1.4.2', '--minified-path-prefix', 'https://static.acme.example/assets'],
    maps: chunks.map(file => js(`/assets/${file}`, { domain: 'static.acme.example', service: 'shop-web', version: '1.4.2' })),
    git: ['shop-web', '1.4.2'],
  },
  {
    name: 'sourcemaps upload under a path, without git',
    args: ['sourcemaps', 'upload', 'js', ...release, '1.4.3', '--minified-path-prefix', '/assets', '--disable-git'],
    maps: chunks.map(file => js(`/assets/${file}`, { service: 'shop-web', version: '1.4.3' })),
  },
  {
    name: 'sourcemaps upload --debug-id',
    args: ['sourcemaps', 'upload', 'js-debugid', '--debug-id'],
    maps: chunks.map(file => js(file, { debug_id: /^[0-9a-f-]{36}$/ })),
  },
  {
    name: 'flutter-symbols upload of a web build',
    args: ['flutter-symbols', 'upload', '--service-name', app, '--web-sourcemaps-location', 'flutter/web'].concat(
      '--minified-path-prefix',
      'https://app.acme.example',
      '--version',
      '2.3.4',
    ),
    maps: [js('/main.dart.js', { domain: 'app.acme.example', service: app, version: '2.3.4' })],
    git: [app, '2.3.4'],
  },
  {
    name: 'react-native upload for ios',
    args: ['react-native', 'upload', '--platform', 'ios', '--service', app, '--bundle', 'react-native/main.jsbundle'].concat(
      '--sourcemap',
      'react-native/main.jsbundle.map',
      '--release-version',
      '1.4.2',
      '--build-version',
      '77',
    ),
    maps: [react('ios', 'main.jsbundle')],
    git: [app, '1.4.2'],
  },
  {
    name: 'react-native upload with a debug id',
    args: ['react-native', 'upload', '--platform', 'android', '--service', app]
      .concat('--bundle', 'react-native-debugid/index.android.bundle', '--sourcemap', 'react-native-debugid/index.android.bundle.map')
      .concat('--release-version', '1.4.2', '--build-version', '77', '--remove-sources-content'),
    maps: [{ ...react('android', 'index.android.bundle'), debug_id: '8dfe3350-324f-49a1-9907-9a1d8d1c946d' }],
  },
  {
    name: 'flutter-symbols upload of an Android mapping',
    args: ['flutter-symbols', 'upload', '--service-name', app, '--android-mapping-location', 'jvm/mapping.txt'].concat(
      '--pubspec',
      'flutter/pubspec.yaml',
    ),
    maps: [{ mapkind: 'jvm', service: app, version: '2.3.4', variant: 'release' }],
  },
  {
    name: 'flutter-symbols upload of Dart symbols',
    args: ['flutter-symbols', 'upload', '--service-name', app, '--dart-symbols-location', 'flutter/debug-info'].concat(
      '--version',
      '2.3.4+56',
      '--flavor',
      'production',
    ),
    maps: ['arm64', 'arm', 'x64', 'arm64'].map(flutter),
    git: [app, '2.3.4-56'],
  },
  {
    name: 'elf-symbols upload',
    args: ['elf-symbols', 'upload', 'elf'],
    needs: ['objcopy'],
    maps: [
      elf('tokens', '26a778a8cce5184c392306354f50405c17c18a8b', { arch: 'x86_64', symbol_source: 'debug_info' }),
      elf('libparse-symtab.so', 'b566c4d0e509846a64f0505e5189ded967e83c72', { arch: 'x86_64', symbol_source: 'symbol_table' }),
      elf('libparse-arm64.so', 'aa1d0985b767016bee8a1032e80098f4dbac328a', { arch: 'aarch64', symbol_source: 'debug_info' }),
    ],
  },
  {
    name: 'unity-symbols upload for Android',
    args: ['unity-symbols', 'upload', '--android', '--symbols-location', 'unity-android'],
    needs: ['objcopy'],
    maps: [
      { mapkind: 'ndk', build_id: unityBuild, arch: 'aarch64', file_name: 'libil2cpp.so' },
      { mapkind: 'ndk', build_id: unityBuild, arch: 'arm', file_name: 'libunity.so' },
      { mapkind: 'il2cpp', build_id: unityBuild },
    ],
  },
  {
    name: 'unity-symbols upload for iOS',
    args: ['unity-symbols', 'upload', '--ios', '--symbols-location', 'unity-ios'],
    needs: ['dwarfdump', 'lipo', 'zip', 'unzip'],
    zipped: true,
    maps: [
      { mapkind: 'ios', uuids: thinUuid },
      { mapkind: 'il2cpp', build_id: '8c1c5b2d4e3f40a6b7c8d9e0f1a2b3c4' },
    ],
  },
  {
    name: 'dsyms upload',
    args: ['dsyms', 'upload', 'ios'],
    needs: ['dwarfdump', 'lipo', 'zip', 'unzip'],
    zipped: true,
    maps: [
      { mapkind: 'ios', uuids: thinUuid },
      { mapkind: 'ios', uuids: fatUuid },
    ],
  },
  {
    name: 'pe-symbols upload',
    args: ['pe-symbols', 'upload', 'pe', 'pe-breakpad'],
    maps: [{ mapkind: 'pe' }, { mapkind: 'pe' }],
  },
  {
    name: 'ppdb-symbols upload',
    args: ['ppdb-symbols', 'upload', 'ppdb', '--debug-id-manifest', 'ppdb/dd_debug_ids.json'],
    maps: [{ mapkind: 'ppdb', debug_id: '2b7f7c1e-58a3-4f39-9a77-0c0c7be0aa55' }],
  },
  {
    name: 'wasm-symbols upload',
    args: ['wasm-symbols', 'upload', 'wasm'],
    maps: [{ mapkind: 'wasm', file_name: 'parse.wasm' }],
  },
  {
    name: 'git-metadata upload',
    args: ['git-metadata', 'upload', '--no-gitsync'],
    maps: [{ mapkind: 'repository' }],
  },
]
