// The least a server could do to answer a dry run of 20 maps: no keys, no limits, no checks, one fixed query.
import http from 'node:http'
import { DatabaseSync } from '@photostructure/sqlite'

const db = new DatabaseSync(process.argv[2], { readOnly: true })
const rows = db.prepare(
  `select id, size, created_at, absolute_path, build_id, debug_id, domain, file_name, service, variant, version, version_code
   from source_map where organization = 1 and kind = 'js' and service = ? and version = ? and deleted_at is null limit 501`,
)

const server = http.createServer((request, response) => {
  const query = new URL(request.url, 'http://raw').searchParams
  const maps = rows.all(query.get('filter[service]'), query.get('filter[version]'))
  const data = maps.map(({ id, created_at, ...attributes }) => {
    for (const name in attributes) if (attributes[name] === null) delete attributes[name]
    return {
      id: String(id),
      type: 'sourcemaps',
      attributes: { ...attributes, created_at: new Date(created_at).toISOString(), mapkind: 'js' },
    }
  })
  const size = maps.reduce((sum, map) => sum + map.size, 0)
  const body = JSON.stringify({ meta: { dry_run: true, totals: { count: data.length, size } }, data })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
})
// Also keeps the connection from being collected, which its statements do not
server.on('close', () => db.close())
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`))
// A measurement that fails must not leave it behind
process.once('disconnect', () => process.exit())
