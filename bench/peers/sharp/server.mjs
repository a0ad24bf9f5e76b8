// sharp behind Node's http server: GET /FILE?w=&h=&fm=&q=, with sharp's own
// defaults and one libvips thread, as a small service would have it.
//
//   node server.mjs FOLDER PORT
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'
import sharp from 'sharp'

const [folder, port] = process.argv.slice(2)
sharp.concurrency(1)
sharp.cache(false)

const types = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp', avif: 'image/avif' }

createServer(async (request, response) => {
  try {
    const url = new URL(request.url, 'http://localhost')
    const number = (name) => Number(url.searchParams.get(name)) || undefined
    const name = basename(decodeURIComponent(url.pathname))
    const format = url.searchParams.get('fm')
    const source = await readFile(join(folder, name))
    const picture = sharp(source, { animated: name.endsWith('.gif') })
      .autoOrient()
      .resize(number('w'), number('h'))
      .toFormat(format === 'jpg' ? 'jpeg' : format, { quality: number('q') })
    const body = await picture.toBuffer()
    response.writeHead(200, { 'Content-Type': types[format], 'Content-Length': body.length })
    response.end(body)
  } catch (error) {
    response.writeHead(500).end(String(error))
  }
}).listen(Number(port), '127.0.0.1')
