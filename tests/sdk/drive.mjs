// Starts the local system, lets the SDKs send through a connection that fails, and asks the API whether everything counts once.
//
//   node drive.mjs KEEPWELL PYTHON     (tests/sdk/run.sh does)
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const [keepwell, python] = process.argv.slice(2)
const here = (name) => fileURLToPath(new URL(name, import.meta.url))

// The server's clock stands half a day from midnight, and far from the SDKs': only what is corrected lands on the right days.
async function start() {
  const options = ['--port', '0', '--data', ':memory:', '--empty', '--no-web-build', '--now', '2026-03-02T12:00:00Z']
  const server = spawn(keepwell, options, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: server.stdout })) {
    const url = line.match(/http:\/\/127\.0\.0\.1:\d+/)
    if (url) return { url: url[0], stop: () => server.kill() }
  }
  throw new Error('the server did not start')
}

// A connection that loses the first request, and the answer to the second.
async function badConnection(target) {
  const seen = []
  const proxy = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    seen.push({ path: request.url, encoding: request.headers['content-encoding'] ?? 'none' })
    const lose = () => response.writeHead(503, { 'retry-after': '1' }).end()
    if (seen.length === 1) return lose()
    const { host, connection, 'content-length': length, ...headers } = request.headers
    const answer = await fetch(target + request.url, { method: request.method, headers, body: Buffer.concat(chunks) })
    const body = await answer.text()
    assert.equal(answer.status, 200, body)
    assert.deepEqual(JSON.parse(body).rejected, [], body)
    if (seen.length === 2) return lose()
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise((listening) => proxy.listen(0, '127.0.0.1', listening))
  return { url: `http://127.0.0.1:${proxy.address().port}`, seen, stop: () => proxy.close() }
}

async function run(command, args, environment) {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...environment } })
  const code = await new Promise((ended) => child.on('exit', ended))
  assert.equal(code, 0, `${command} ${args} ended with ${code}`)
}

async function json(url, token) {
  const answer = await fetch(url, { headers: token ? { authorization: `Bearer ${token}` } : {} })
  assert.equal(answer.status, 200, `${url}: ${answer.status}`)
  return answer.json()
}

// The measures of the customer's score, once it is computed from two days of usage.
async function measures(server, customer, token) {
  for (let tries = 0; tries < 100; tries += 1) {
    const score = await json(`${server}/v1/customers/${customer}/score`, token)
    const rules = score.dimensions.flatMap((dimension) => dimension.rules)
    const values = Object.fromEntries(rules.map((rule) => [rule.measure, rule.value]))
    if (values['usage.active_days_28d'] === 2) return values
    await pause(100)
  }
  throw new Error(`${customer} has no score of two days`)
}

async function check(server, customer, token) {
  const { name, plan, seats } = await json(`${server}/v1/customers/${customer}`, token)
  assert.deepEqual({ name, plan, seats }, { name: 'Acme', plan: 'Pro', seats: 10 })
  const contacts = (await json(`${server}/v1/customers/${customer}/contacts`, token)).items
  assert.deepEqual(contacts.map(({ name, email }) => [name, email]), [['Ann', `ann@${customer}.example`]])
  const values = await measures(server, customer, token)
  const names = ['events_per_active_day_28d', 'feature_breadth_28d', 'logins_per_active_user_28d', 'seats_in_use_ratio']
  const counted = names.map((name) => values[`usage.${name}`])
  // Eight events on two days: three features, and three log-ins of two people, who have two of ten seats.
  assert.deepEqual(counted, [4, 3, 1.5, 0.2], JSON.stringify(values))
}

const server = await start()
try {
  const { write_key: key } = await json(`${server.url}/_local/write-key`)
  const { token } = await json(`${server.url}/_local/token?role=viewer`)
  const sdks = [
    ['node', process.execPath, [here('send.mjs')], 'none'],
    ['python', python, [here('send.py')], 'gzip'],
  ]
  for (const [name, command, args, encoding] of sdks) {
    const connection = await badConnection(server.url)
    const environment = { WRITE_KEY: key, CUSTOMER: name }
    await run(command, args, { ...environment, HOST: connection.url })
    connection.stop()
    assert.equal(connection.seen.length, 3, JSON.stringify(connection.seen))
    assert.ok(connection.seen.every((it) => it.path === '/v1/batch' && it.encoding === encoding), JSON.stringify(connection.seen))
    await check(server.url, name, token)
    // The whole of it again, as another process of the product would after a crash.
    await run(command, args, { ...environment, HOST: server.url })
    await check(server.url, name, token)
    console.log(`${name}: counted once, over a lost request, a lost answer and a repetition`)
  }
} finally {
  server.stop()
}
