// The peer: a Node function that reads a picture from S3, resizes it with sharp
// and answers in base64, behind a Function URL; as people write it.
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'

const s3 = new S3Client({ forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3) })
const types = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp', avif: 'image/avif' }

export async function handler(event) {
  const query = event.queryStringParameters ?? {}
  const number = (name) => Number(query[name]) || undefined
  const key = decodeURIComponent(event.rawPath.slice(1))
  const object = await s3.send(new GetObjectCommand({ Bucket: process.env.BUCKET, Key: key }))
  const source = await object.Body.transformToByteArray()
  const body = await sharp(source, { animated: key.endsWith('.gif') })
    .autoOrient()
    .resize(number('w'), number('h'))
    .toFormat(query.fm === 'jpg' ? 'jpeg' : query.fm, { quality: number('q') })
    .toBuffer()
  return {
    statusCode: 200,
    headers: { 'Content-Type': types[query.fm], 'Cache-Control': 'public, max-age=3600' },
    body: body.toString('base64'),
    isBase64Encoded: true,
  }
}
