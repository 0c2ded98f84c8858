import { describe } from 'node:test'
import { compressing } from './contract/compressing.contract.ts'
import { inspecting } from './contract/inspecting.contract.ts'
import { receivingAndKeeping } from './contract/keeping.contract.ts'
import { passingOn } from './contract/passing-on.contract.ts'
import { reading } from './contract/reading.contract.ts'
import { refusing } from './contract/refusing.contract.ts'
import { removing } from './contract/removing.contract.ts'
import type { OpenStore } from './contract/store-under-test.ts'

/** Tests of what every blob store has to do; each opens an empty store of its own. */
export function describeBlobStore(name: string, open: OpenStore): void {
  describe(`${name}: receiving and keeping`, () => receivingAndKeeping(open))
  describe(`${name}: refusing`, () => refusing(open))
  describe(`${name}: reading`, () => reading(open))
  describe(`${name}: compressing`, () => compressing(open))
  describe(`${name}: removing`, () => removing(open))
  describe(`${name}: inspecting`, () => inspecting(open))
  describe(`${name}: passing on`, () => passingOn(open))
}
