// The viewer-request function of CloudFront: every URL of one picture becomes one
// URL, so that order, case, aliases, defaults and unknown parameters do not split
// the cache. The grammar is that of docs/url-api.md, and its canonical form the
// one that internal/transform computes, byte for byte.
//
// `go generate ./edge` puts the table of parameters in front and takes out what
// only a reader needs; viewer-request.js is the result. Whoever deploys it puts
// one more line in front of that:
//
//   const options = { defaults: 'auto=format', ladder: [320, 640], maxSide: 8192 }
//
// The runtime is cloudfront-js-2.0, which is ES 5.1 and some newer things; a test
// refuses what its documentation does not list.

// From the generator: the table of parameters, a line each: the name and its
// aliases, its type, and what the type needs; `builtin`, the defaults by name; a
// pattern of the names that are not built yet; and the keywords of colours, each
// with its value in base64.
/* global table, builtin, unsupported, colours, options */

const maxQuery = 4096
const maxKey = 1024

// The table by names and aliases, read once. No object here inherits: a URL may
// name anything.
const parameters = Object.create(null)
table.split('\n').forEach((line) => {
  const parts = line.split(' ')
  const p = { name_: parts[0].split(',')[0], type_: parts[1], most_: Number(parts[2]), least_: Number(parts[3]), words_: Object.create(null) }
  parts[0].split(',').forEach((name) => { parameters[name] = p })
  parts.slice(2).forEach((word) => {
    const spelling = word.split('=')
    p.words_[spelling[0]] = spelling[spelling.length - 1]
  })
})

function handler(event) {
  const request = event.request
  if (request.method === 'OPTIONS') return request // a preflight asks for no picture
  try {
    request.uri = canonicalPath(request.uri)
    const asked = parseQuery(request.rawQueryString() || '', true)
    request.querystring = request.uri === '/' ? '' : canonicalQuery(asked, parseQuery(options.defaults), accepted(request.headers.accept))
  } catch (problem) {
    if (problem.statusCode) return problem
    // A bug here must not cost a picture: the origin knows the grammar too.
    console.log(String(problem))
  }
  return request
}

function refuse(status, text) {
  throw { statusCode: status, headers: { 'cache-control': { value: 'public, max-age=60' } }, body: 'not allowed: ' + text }
}

// Keys.

function canonicalPath(uri) {
  if (uri === '/') return uri // the page
  let key = checked(decode(uri.slice(1)))
  if (/^_\//.test(key)) {
    if (!/^_\/k\//.test(key)) refuse(404, 'path')
    key = checked(decodeBase64(key.slice(4)))
  }
  const plain = /^[-\w./]+$/.test(key) && !/^_\/|^\/|\/\/|\/$/.test(key)
  return plain ? '/' + key : '/_/k/' + base64(key)
}

function checked(key) {
  const long = key && Buffer.from(key).length > maxKey && !/^_\/k\//.test(key)
  if (!key || long || /[\x00-\x1f\x7f]|(^|\/)\.\.?(\/|$)/.test(key)) refuse(400, 'path')
  return key
}

// decode undoes percent-encoding, once. What is not UTF-8 is undefined.
function decode(escaped) {
  try {
    return decodeURIComponent(escaped)
  } catch (e) {
    return
  }
}

function base64(text) {
  return Buffer.from(text).toString('base64url')
}

// decodeBase64 is undefined for what is no base64url of UTF-8. Decoders are
// lenient: the way back tells.
function decodeBase64(text) {
  const value = Buffer.from(text, 'base64url').toString()
  if (base64(value) === text) return value
}

// Queries. A transform is an object of canonical values by the names that are
// given.

function parseQuery(query, strict) {
  const raw = {}
  const given = {}
  const bad = query.length > maxQuery ? ['query'] : []
  query.replace(/\+/g, '%20').split('&').forEach((pair) => {
    const at = (pair + '=').indexOf('=')
    const spelling = lower(decode(pair.slice(0, at)) || '')
    let p = find(spelling)
    let value = decode(pair.slice(at + 1))
    if (p === undefined && /64$/.test(spelling)) {
      p = find(spelling.slice(0, -2))
      if (p && p.type_ === 'set') return // lists of words have no twin
      if (value) value = decodeBase64(value)
    }
    if (p === undefined || value === '') return
    if (!p || value === undefined) bad.push(spelling)
    else if (p.name_ === 'auto' && raw.auto) raw.auto += ',' + value
    else raw[p.name_] = value
  })
  Object.keys(raw).forEach((name) => {
    const value = canonicalValue(parameters[name], raw[name])
    if (value === undefined) bad.push(name)
    else if (value) given[name] = value
  })
  if (strict && bad.length) refuse(400, bad.join(', '))
  return given
}

// find returns the row of a parameter, null for one that is not built, undefined
// for what is none.
function find(name) {
  return parameters[name] || (unsupported.test(name) ? null : undefined)
}

// lower maps A to Z only: other alphabets have their own ideas of case.
function lower(text) {
  return text.replace(/[A-Z]/g, (c) => c.toLowerCase())
}

// Values. Each function returns the canonical text, undefined for what is not
// allowed, '' for what says nothing.

function canonicalValue(p, text) {
  const word = lower(text)
  const n = number(text)
  const value = Number(n)
  switch (p.type_) {
    case 'word': return p.words_[word]
    case 'set': return canonicalSet(p, word)
    case 'crop': return canonicalCrop(p, word)
    case 'rect': return canonicalRect(word)
    case 'colour': return canonicalColour(word)
    case 'text': return Buffer.from(text).length > p.most_ ? undefined : text
    case 'ratio': {
      const sides = text.split(':').map(number)
      return sides.length === 2 && sides.every(Number) ? sides.join(':') : undefined
    }
  }
  if (word === 'all' && p.type_ === 'frame') return word
  if (n === undefined || value > p.most_ || value < p.least_) return
  if (p.type_ === 'number') return n
  return value ? pixels(n) : undefined
}

// number writes a number without needless zeros; decimals past the fourth are cut
// off. As text, it is exact.
function number(text) {
  if (text.length > 12 || !/^(\d+\.?\d*|\.\d+)$/.test(text)) return
  const parts = text.split('.')
  const whole = parts[0].replace(/^0+/, '') || '0'
  const decimals = (parts[1] || '').slice(0, 4).replace(/0+$/, '')
  return decimals ? whole + '.' + decimals : whole
}

// pixels rounds half up what is no fraction of the picture.
function pixels(n) {
  return Number(n) < 1 ? n : String(Math.floor(Number(n) + 0.5))
}

const edgeWords = [/^(left|center|right)$/, /^(top|middle|bottom)$/, /^full$/, /^full$/]

function canonicalRect(text) {
  const edges = text.split(',').map(trim).map((item, i) => {
    if (i > 3 || edgeWords[i].test(item)) return item
    const n = number(item)
    return n && (i < 2 || n !== '0') ? pixels(n) : ''
  })
  return edges.length === 4 && edges.every(Boolean) ? edges.join(',') : undefined
}

function canonicalColour(text) {
  const named = /^[a-z]+$/.test(text) && colours.match(new RegExp(' ' + text.replace('grey', 'gray') + '(....) '))
  if (text === 'transparent') return '00000000'
  if (named) return Buffer.from(named[1], 'base64').toString('hex')
  const digits = text.replace(/^#/, '').replace(/^[^]{3,4}$/, (short) => short.replace(/[^]/g, '$&$&'))
  return /^(..)?[0-9a-f]{6}$/.test(digits) && /^[0-9a-f]+$/.test(digits) ? digits.replace(/^ff(?=.{6}$)/, '') : undefined
}

function trim(text) {
  return text.replace(/^[ \t]+|[ \t]+$/g, '')
}

// wordsOf returns the canonical words of a list, '' for those that are ignored.
function wordsOf(p, text) {
  return text.split(',').map(trim).filter(Boolean).map((item) => p.words_[item])
}

function canonicalSet(p, text) {
  const words = wordsOf(p, text)
  if (words.some((word) => word === undefined)) return
  return words.some(Boolean) ? members(words) : ''
}

// members are the words of a list, sorted, each once; "none" adds nothing.
function members(words) {
  return words.filter((word, i) => word && word !== 'none' && words.indexOf(word) === i).sort().join() || 'none'
}

// canonicalCrop: the first smart word decides; else the sides combine, and
// opposite ones cancel.
function canonicalCrop(p, text) {
  const words = wordsOf(p, text)
  if (words.some((word) => !word)) return
  if (!words.length) return ''
  const smart = words.filter((word) => /^[aef]/.test(word))
  const has = (word) => words.indexOf(word) >= 0
  const sides = words.filter((word) => word !== 'center' &&
    !(/[op]/.test(word) ? has('top') && has('bottom') : has('left') && has('right')))
  return smart[0] || (sides.length ? members(sides) : 'center')
}

// The canonical form: the fewest parameters that mean the same.

function canonicalQuery(asked, defaults, accept) {
  let t = minimal(asked, defaults)
  if (Object.keys(t).length && /format/.test(effective(t, defaults).auto)) {
    t = minimal(Object.assign({}, asked, { accept: accept }), defaults) // whatever the viewer wrote
  }
  if (snap(t)) t = minimal(t, defaults)
  return Object.keys(t).sort().map((name) => name + '=' + escape(t[name])).join('&')
}

// effective fills in every default and puts back what does nothing beside the
// others (docs/url-api.md, "Canonical query").
function effective(t, defaults) {
  const e = Object.assign({}, builtin, defaults, t)
  if ((e.w && e.h) || /^(clip|max|scale)$/.test(e.fit)) e.ar = builtin.ar
  e.fit = fitOf(e)
  const bounds = ['max-h', 'max-w', 'min-h', 'min-w']
  const reset = (idle, names) => {
    if (idle) names.forEach((name) => { e[name] = builtin[name] })
  }
  reset(!/^(crop|min)$/.test(e.fit), ['crop'])
  reset(e.crop !== 'focalpoint', ['fp-x', 'fp-y', 'fp-z'])
  reset(!/^(clip|crop|max)$/.test(e.fit), bounds)
  reset(!bounds.some((name) => e[name]) && !isPixels(e.w) && !isPixels(e.h), ['dpr'])
  if (e.fm) e.auto = members(e.auto.replace('format', '').split(','))
  reset(!/format/.test(e.auto), ['accept'])
  reset(e.fm && !/^(webp|avif)$/.test(e.fm), ['lossless'])
  reset(e.fm && !/^(p?jpg|avif)$/.test(e.fm), ['chromasub'])
  if (e.fm === 'png' || e.fm === 'gif' || (e.fm && e.lossless === '1')) reset(true, ['q'])
  else if (!t.q) fillQuality(e)
  return e
}

function isPixels(length) {
  return Boolean(length) && length.charAt(0) !== '0'
}

// fitOf is the fit that a box really gets.
function fitOf(e) {
  if ((e.w && e.h) || e.ar) return e.fit || 'crop'
  return (e.w || e.h) && /^(min|fillmax|max)$/.test(e.fit) ? 'max' : 'clip'
}

const qualities = { jpg: 80, pjpg: 80, webp: 79, avif: 60, png8: 100 }

// fillQuality sets the quality that the URL does not give, where the format does
// not matter to it or is known.
function fillQuality(e) {
  const q = Number(e.q || qualities[e.fm] || 0)
  if (!q) return
  e.q = String(/compress/.test(e.auto) ? Math.max(1, Math.floor((q * 8 + 5) / 10)) : q)
}

// minimal returns the smallest transform that has the same effective form.
function minimal(asked, defaults) {
  const e = effective(asked, defaults)
  let t = {}
  Object.keys(asked).forEach((name) => { t[name] = e[name] })
  for (let size = 0; size !== Object.keys(t).length;) {
    size = Object.keys(t).length
    Object.keys(t).sort().forEach((name) => {
      const less = Object.assign({}, t)
      delete less[name]
      const other = effective(less, defaults)
      if (Object.keys(parameters).every((name) => other[name] === e[name])) t = less
    })
  }
  return t
}

// escape writes every byte but the unreserved ones of RFC 3986 as %XX.
function escape(value) {
  return encodeURIComponent(value).replace(/[!'()*]/g, (c) => '%' + c.charCodeAt(0).toString(16).toUpperCase())
}

// snap takes a width that stands alone up to the next step of the ladder, in
// pixels of the screen; it tells whether it did. Steps end at max-w, at the limit
// and at the top of the ladder.
function snap(t) {
  const ladder = options.ladder
  if (!ladder.length || !isPixels(t.w) || t.h || t.ar || t.rect || t['max-h'] || t['min-w'] || t['min-h']) return false
  const scaled = (length) => Math.floor(length * (t.dpr || 1) + 0.5)
  const wanted = scaled(t.w)
  let most = options.maxSide
  if (t['max-w']) t['max-w'] = String(most = Math.min(most, scaled(t['max-w'])))
  const steps = ladder.filter((step) => step >= wanted)
  t.w = String(Math.min(most, steps.length ? steps[0] : ladder[ladder.length - 1]))
  delete t.dpr
  return true
}

// accepted reads the formats that a client names with a quality above 0.
// Wildcards name none: every browser sends them.
function accepted(header) {
  const items = header ? (header.multiValue || [header]).map((one) => lower(one.value)).join().split(',') : []
  return members(['avif', 'webp'].filter((format) => items.some((item) => {
    const parts = item.split(';').map(trim)
    return parts[0] === 'image/' + format && !parts.some((part) => /^q=/.test(part) && !(Number(part.slice(2)) > 0))
  })))
}
