/** A request as it came over the wire, as far as Signature Version 4 signs it. */
export interface WireRequest {
  readonly method: string;
  /** Path and query of the request line. */
  readonly url: string;
  /** Names and values in turn, as they came. */
  readonly headers: readonly string[];
  /** SHA-256 of the body's bytes, in hex. */
  readonly bodyHash: string;
}

/**
 * What is hashed into the string to sign (Signature Version 4, "Create a canonical request").
 * @param signedHeaders their names, in lower case and in order
 * @throws URIError when the query is not well-formed
 */
export function canonicalRequest(
  { method, url, headers, bodyHash }: WireRequest,
  signedHeaders: readonly string[],
  { normalize = true, values = valuesByName(headers) }: CanonicalOptions = {},
): string {
  const queryAt = url.indexOf('?');
  const path = queryAt < 0 ? url : url.slice(0, queryAt);
  return [
    method,
    (normalize ? normalized(path) : path).split('/').map(encode).join('/'),
    queryAt < 0 ? '' : canonicalQuery(url.slice(queryAt + 1)),
    ...signedHeaders.map((name) => `${name}:${(values.get(name) ?? []).map(collapsed).join(',')}`),
    '',
    signedHeaders.join(';'),
    bodyHash,
  ].join('\n');
}

export interface CanonicalOptions {
  /** Whether dot segments and empty ones leave the path, as for every service but S3. Default true. */
  readonly normalize?: boolean;
  /** The headers, where they were sorted already. */
  readonly values?: ReadonlyMap<string, readonly string[]>;
}

/** Every value that came under a name, by the name in lower case. */
export function valuesByName(headers: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (let at = 0; at < headers.length; at += 2) {
    const name = (headers[at] ?? '').toLowerCase();
    const known = values.get(name);
    if (known) known.push(headers[at + 1] ?? '');
    else values.set(name, [headers[at + 1] ?? '']);
  }
  return values;
}

function normalized(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  const isFolder = kept.length > 0 && path.endsWith('/');
  return `/${kept.join('/')}${isFolder ? '/' : ''}`;
}

/** Sorted by their encoded names, then values. */
function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [encode(decodeURIComponent(name)), encode(decodeURIComponent(value))] as const;
    })
    .toSorted(([a, x], [b, y]) => order(a, b) || order(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** By code units, whatever the locale: the texts are ASCII. */
function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** All but the unreserved characters of RFC 3986. */
function encode(text: string): string {
  if (text === '') return text;
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function collapsed(value: string): string {
  const trimmed = value.trim();
  return SPACES.test(trimmed) ? trimmed.replaceAll(/\s+/g, ' ') : trimmed;
}

const SPACES = /\s\s|[^\S ]/;
