import { startServer } from '../../test/wire/running-server.mjs'

/**
 * The built server as the tests start it, in a folder of its own; it goes, with its folder, when `t` is closed, even in the middle of a start.
 * `stop` and `restart` are those of the tests.
 */
export async function keptServer(t, { env }) {
  const folders = []
  let starting = startServer({ after: closer => folders.push(closer) }, { env })
  t.after(async () => {
    await (await starting.catch(() => {}))?.kill()
    for (const remove of folders) await remove()
  })
  const server = await starting
  const restart = server.restart
  server.restart = () => {
    starting = restart()
    return starting
  }
  return server
}
