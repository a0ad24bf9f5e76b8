// What Lambda's own Node runtime does for a handler, and no more: it asks the
// Runtime API for events and posts what the handler returns.
import { Agent, request } from 'node:http'

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':')
const agent = new Agent({ keepAlive: true })

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const r = request({ host, port, agent, method, path: `/2018-06-01/runtime/${path}` }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }))
    })
    r.on('error', reject)
    r.end(body)
  })
}

const { handler } = await import('./index.mjs')
for (;;) {
  const next = await call('GET', 'invocation/next')
  const invocation = `invocation/${next.headers['lambda-runtime-aws-request-id']}`
  try {
    await call('POST', `${invocation}/response`, JSON.stringify(await handler(JSON.parse(next.body))))
  } catch (error) {
    await call('POST', `${invocation}/error`, JSON.stringify({ errorType: error.name, errorMessage: error.message }))
  }
}
