import type { Refusal } from '../refusal.js';
import { parseAuthorization, type Authorization } from './authorization.js';
import { canonicalRequest, valuesByName, type WireRequest } from './canonical-request.js';
import { stringToSign } from './signature.js';

/** A signature may be so old, and a client's clock so far ahead. */
const WINDOW_MS = 5 * 60_000;
const TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
/** These say what is asked for and of whom: twice, each reader might take another one. */
const ONCE = /^(authorization|host|content-type|x-amz-.*)$/;
const REQUIRED = ['host', 'x-amz-date'];
/** Signed whenever they are there; so is every `x-amz-…`. */
const SIGNED = new Set(['host', 'content-type']);

/** A request whose signature is well made for here and now. Whether it is right is not known yet. */
export interface SignedRequest extends Authorization {
  readonly stringToSign: string;
  /** Signed, like every `x-amz-…`. */
  readonly sessionToken: string | undefined;
}

/** Why it is not, and what to tell the client about it. */
export interface Unsigned {
  readonly refusal: Refusal;
  readonly about?: string;
}

/**
 * Reads the signature of a request and holds every rule against it that needs no secret: what decides is signed, once, for
 * this service, now, over this body.
 * @param service for which it must be signed
 * @param now     milliseconds since 1970
 */
export function readSignedRequest(request: WireRequest, service: string, now: number): SignedRequest | Unsigned {
  const { headers, url, bodyHash } = request;
  const values = valuesByName(headers);
  const twice = twiceIn(values);
  if (twice !== undefined) return { refusal: 'malformed', about: `the header ${twice.slice(0, 128)} came twice` };
  // Signatures in the query are for links that somebody else opens: there are none to keys.
  if (/[?&]x-amz-/i.test(url)) return { refusal: 'malformed', about: 'sign the request by the header Authorization' };
  const header = values.get('authorization')?.[0];
  if (header === undefined) return { refusal: 'nothing-presented' };
  const authorization = parseAuthorization(header);
  if (!authorization) return { refusal: 'malformed', about: 'Authorization: not an AWS4-HMAC-SHA256 signature' };
  const { scope, signedHeaders } = authorization;
  const unsigned = unsignedIn(values, signedHeaders);
  if (unsigned !== undefined) return { refusal: 'unsigned-header', about: unsigned.slice(0, 128) };
  const given = values.get('x-amz-content-sha256')?.[0];
  if (given !== undefined && given !== bodyHash) return { refusal: 'wrong-body-hash' };
  const time = values.get('x-amz-date')?.[0] ?? '';
  const untimely = untimelyAt(time, now);
  if (untimely) return untimely;
  if (scope.day !== time.slice(0, 8))
    return {
      refusal: 'wrong-scope',
      about: `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.day}' != '${time.slice(0, 8)}', from '${time}'.`,
    };
  if (scope.service !== service)
    return { refusal: 'wrong-scope', about: `Credential should be scoped to correct service: '${service}'.` };
  try {
    const canonical = canonicalRequest(request, signedHeaders, { values });
    const sessionToken = values.get('x-amz-security-token')?.[0];
    return { ...authorization, stringToSign: stringToSign(time, scope, canonical), sessionToken };
  } catch {
    return { refusal: 'malformed', about: 'the query is not well-formed' };
  }
}

type Values = ReadonlyMap<string, readonly string[]>;

function twiceIn(values: Values): string | undefined {
  for (const [name, { length }] of values) if (length > 1 && ONCE.test(name)) return name;
  return undefined;
}

/** The name of a header that had to be signed and is not, or is signed and not there. */
function unsignedIn(values: Values, signedHeaders: readonly string[]): string | undefined {
  for (const name of REQUIRED) if (!signedHeaders.includes(name)) return name;
  for (const name of values.keys()) if (decides(name) && !signedHeaders.includes(name)) return name;
  return signedHeaders.find((name) => !values.has(name));
}

/** The hash of the body is in the canonical request by itself. */
function decides(name: string): boolean {
  return SIGNED.has(name) || (name.startsWith('x-amz-') && name !== 'x-amz-content-sha256');
}

function untimelyAt(time: string, now: number): Unsigned | undefined {
  const at = millisecondsOf(time);
  if (Number.isNaN(at)) return { refusal: 'malformed', about: 'X-Amz-Date: yyyymmddThhmmssZ' };
  const [earliest, latest] = [now - WINDOW_MS, now + WINDOW_MS];
  if (at < earliest) {
    const about = `Signature expired: ${time} is now earlier than ${timeText(earliest)} (${timeText(now)} - 5 min.)`;
    return { refusal: 'expired', about };
  }
  if (at > latest) {
    const about = `Signature not yet current: ${time} is still later than ${timeText(latest)} (${timeText(now)} + 5 min.)`;
    return { refusal: 'not-yet-valid', about };
  }
  return undefined;
}

/** Requests of the same second have the same. */
let lastTime = { text: '', at: Number.NaN };

/** @returns since 1970; NaN where the text is no such time */
function millisecondsOf(text: string): number {
  if (text === lastTime.text) return lastTime.at;
  const [, year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (TIME.exec(text) ?? []).map(Number);
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  if (timeText(at) !== text) return Number.NaN;
  lastTime = { text, at };
  return at;
}

/** `yyyymmddThhmmssZ`. */
function timeText(at: number): string {
  return new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}
