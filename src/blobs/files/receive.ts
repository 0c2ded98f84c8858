import { Problem } from '../../domain/problem.ts'
import { spareRoom } from './spare-room.ts'
import { Spool } from './spool.ts'

/** Takes an upload's bytes as they stream in; refuses more than `limit` bytes and what would fill the disk, and leaves nothing when it fails. */
export async function receive(source: AsyncIterable<Uint8Array>, limit: number, folder: string): Promise<Spool> {
  const spool = new Spool(folder)
  try {
    for await (const chunk of source) {
      if (spool.size + chunk.length > limit)
        throw new Problem('too_large', `the file is larger than ${limit} bytes, the most that is taken`)
      await spool.write(chunk)
    }
    await spool.end()
    // What is large lies on the disk already, and counts
    await spareRoom(folder)
    return spool
  } catch (error) {
    // The first failure is the one to tell; what cannot be removed now is swept at the next start
    await spool.discard().catch(() => {})
    throw error
  }
}
