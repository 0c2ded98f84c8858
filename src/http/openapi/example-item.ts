import { describeUpload } from '../../domain/describe-upload.ts'
import type { Event } from '../../domain/event.ts'
import { type Kind, kind, kindNames } from '../../domain/kinds.ts'
import { type Item, toItem } from '../../domain/source-map.ts'

const release = { service: 'shop', version: '1.4.2' }

const events: { readonly [name in Kind]: Event } = {
  js: { ...release, minified_url: 'https://static.acme.example/assets/main.js' },
  jvm: { ...release, variant: 'release', build_id: '4a7c6a3e-2f0b-4f0e-9a57-3c8d1f1a9b02', version_code: 142 },
  ios: { uuids: 'A3F9B1C2-5D6E-3F70-8A91-B2C3D4E5F601' },
  react: { ...release, platform: 'ios', bundle_name: 'main.jsbundle', build_number: '77' },
  flutter: { ...release, arch: 'arm64', variant: 'production', platform: 'android' },
  elf: {
    arch: 'x86_64',
    gnu_build_id: '5a21e1c8a4f0b1d2c3e4f5061728394a5b6c7d8e',
    file_hash: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
    filename: 'libparse.so',
    origin: 'datadog-ci',
    origin_version: '5.25.0',
    symbol_source: 'debug_info',
  },
  ndk: { arch: 'aarch64', build_id: '7b1d2c3e-4f50-4617-8293-a4b5c6d7e8f9', filename: 'libgame.so' },
  il2cpp: { build_id: '7b1d2c3e-4f50-4617-8293-a4b5c6d7e8f9' },
  pe: { arch: 'x64', pdb_sig: '3F2504E0-4F89-41D3-9A0C-0305E82C3301', pdb_age: 1, filename: 'shop.exe', symbol_source: 'debug_info' },
  ppdb: { debug_id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301', assembly_name: 'Shop', filename: 'Shop.pdb' },
  wasm: { build_id: 'c4d5e6f708192a3b', filename: 'shop.wasm' },
  repository: { git_repository_url: 'https://github.com/acme/shop', git_commit_sha: '2b1f0c9d8e7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c' },
}

/** What a real uploader would send for one map of the kind. */
export function exampleEvent(name: Kind): Event {
  return { ...events[name], type: kind(name).eventType }
}

/** A map of the kind as the API shows it, made by the same code that reads an upload and renders an item. */
export function exampleItem(name: Kind): Item {
  const partNames = new Map(kind(name).parts.map(part => [part, undefined]))
  const { attributes } = describeUpload(exampleEvent(name), partNames)
  return toItem({ id: 5 + kindNames.indexOf(name), kind: name, size: 48211, createdAt: Date.UTC(2026, 0, 15, 9, 30), attributes })
}
