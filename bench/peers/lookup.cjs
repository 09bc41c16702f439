'use strict'
// Loaded before a peer on Node: the caller of every request is looked up by the hash of the token, as ours does it.
const crypto = require('node:crypto')
const http = require('node:http')
const { Pool } = require(require.resolve('pg', { paths: [process.cwd()] }))

const pool = new Pool({ host: '127.0.0.1', port: 54329, user: 'postgres', database: 'bench', max: 10 })
const text = 'SELECT user_id FROM app.sessions WHERE token_hash = $1 AND expires_at > now()'
const emit = http.Server.prototype.emit

http.Server.prototype.emit = function (event, ...rest) {
  if (event !== 'request') return emit.call(this, event, ...rest)
  const [request, response] = rest
  const token = (request.headers.authorization || '').slice('Bearer '.length)
  const hash = crypto.createHash('sha256').update(token).digest()
  pool.query({ name: 'caller', text, values: [hash] }).then(({ rows }) => {
    if (rows.length === 0) return response.writeHead(401).end()
    request.headers['x-user-id'] = rows[0].user_id
    emit.call(this, event, ...rest)
  }, () => response.writeHead(503).end())
  return true
}
