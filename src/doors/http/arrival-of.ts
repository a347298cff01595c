import type { FastifyRequest } from 'fastify';
import type { Approach, Arrival, Presented } from '../../operations/arrival.js';
import { clientCertificate } from './tls/client-certificate.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the AuthenticationGuard; null before it, and on public routes. */
    arrival: Arrival | null;
  }
}

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;
/** RFC 7515 section 3.1: three parts in base64url. A token of this service has no dot. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const DOOR = 'rest';
const CLIENT_REQUEST_ID = /^[\x21-\x7e]{1,128}$/;
/** What proxies add. Nobody gains by sending one. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

/** @throws Error on a route that has no caller: a mistake in the code, not of the request */
export function arrivalOf(request: FastifyRequest): Arrival {
  if (!request.arrival) throw new Error(`${request.routeOptions.url} is public, but asks who calls`);
  return request.arrival;
}

/** @param given further headers, as they were read */
export function approachOf(request: FastifyRequest, given: Partial<Approach> = {}): Approach {
  return {
    door: DOOR,
    source: request.ip,
    requestId: request.id,
    ...clientRequestIdOf(request),
    isGone: () => request.raw.socket.destroyed,
    ...(FORWARDED.some((name) => request.headers[name] !== undefined) ? { isForwarded: true } : {}),
    ...given,
    presented: given.presented ?? presentedBy(request),
  };
}

/** The client's own X-Request-Id, as far as it is an id: it goes into the record, and decides nothing. */
function clientRequestIdOf({ headers }: FastifyRequest): Pick<Approach, 'clientRequestId'> {
  const given = headers['x-request-id'];
  return typeof given === 'string' && CLIENT_REQUEST_ID.test(given) ? { clientRequestId: given } : {};
}

/** The header Authorization, where there is one; else a client certificate. */
function presentedBy(request: FastifyRequest): Presented | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return certificateOf(request);
  // Two are two opinions on who calls, and a proxy may hold the other one: then it is nobody.
  if (request.raw.rawHeaders.filter(isAuthorization).length > 1) return undefined;
  const bearer = BEARER.exec(authorization)?.[1];
  if (bearer === undefined) return undefined;
  return JWT.test(bearer) ? { kind: 'jwt', jwt: bearer } : { kind: 'token', token: bearer };
}

/** Raw headers are names and values in turn. */
function isAuthorization(text: string, index: number): boolean {
  return index % 2 === 0 && text.toLowerCase() === 'authorization';
}

function certificateOf({ server: { tls }, socket }: FastifyRequest): Presented | undefined {
  const certificate = tls && clientCertificate(socket, tls.trust, Date.now());
  return certificate && { kind: 'certificate', certificate };
}

/** What is known of who sent it: the caller, or where it came from. */
export function senderOf(request: FastifyRequest): Approach | Arrival {
  return request.arrival ?? approachOf(request);
}
