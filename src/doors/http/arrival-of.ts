import type { FastifyRequest } from 'fastify';
import type { Approach, Arrival } from '../../operations/arrival.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the AuthenticationGuard; null before it, and on public routes. */
    arrival: Arrival | null;
  }
}

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;
const DOOR = 'rest';
/** What proxies add. Nobody gains by sending one. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'] as const;

/** @throws Error on a route that has no caller: a mistake in the code, not of the request */
export function arrivalOf(request: FastifyRequest): Arrival {
  if (!request.arrival) throw new Error(`${request.routeOptions.url} is public, but asks who calls`);
  return request.arrival;
}

export function approachOf(request: FastifyRequest, idempotencyKey: string | undefined): Approach {
  return {
    door: DOOR,
    source: request.ip,
    requestId: request.id,
    token: tokenIn(request),
    isGone: () => request.raw.socket.destroyed,
    ...(FORWARDED.some((name) => request.headers[name] !== undefined) ? { isForwarded: true } : {}),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** Two tokens are two opinions on who calls, and a proxy may hold the other one: then it is nobody. */
function tokenIn({ headers, raw }: FastifyRequest): string | undefined {
  if (raw.rawHeaders.filter(isTokensName).length > 1) return undefined;
  return BEARER.exec(headers.authorization ?? '')?.[1];
}

/** Raw headers are names and values in turn. */
function isTokensName(text: string, index: number): boolean {
  return index % 2 === 0 && text.toLowerCase() === 'authorization';
}

/** What is known of who sent it: the caller, or where it came from. */
export function senderOf(request: FastifyRequest): Approach | Arrival {
  return request.arrival ?? approachOf(request, undefined);
}
