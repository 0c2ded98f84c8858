// The least a server on Postgres could do: no keys, no limits, no checks, one fixed query for lists and one for dry runs.
import http from 'node:http'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.argv[2], max: 16 })
const columns = 'id, size, created_at, absolute_path, build_id, debug_id, domain, file_name, service, variant, version, version_code'
const condition = "organization = 1 and kind = 'js' and service = $1 and version = $2 and deleted_at is null"
const statements = {
  DELETE: `select ${columns} from source_map where ${condition} limit 501`,
  GET: `select ${columns} from source_map where ${condition} order by id desc limit 20`,
}

const server = http.createServer(async (request, response) => {
  const query = new URL(request.url, 'http://raw').searchParams
  const { rows } = await pool.query(statements[request.method], [query.get('filter[service]'), query.get('filter[version]')])
  const data = rows.map(({ id, created_at, ...attributes }) => {
    for (const name in attributes) if (attributes[name] === null) delete attributes[name]
    return { id, type: 'sourcemaps', attributes: { ...attributes, created_at: new Date(Number(created_at)).toISOString(), mapkind: 'js' } }
  })
  const body = JSON.stringify({ meta: { totals: { count: data.length } }, data })
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`))
// A measurement that fails must not leave it behind
process.once('disconnect', () => process.exit())
