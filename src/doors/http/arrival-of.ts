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
    token: BEARER.exec(request.headers.authorization ?? '')?.[1],
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  };
}

/** What is known of who sent it: the caller, or where it came from. */
export function senderOf(request: FastifyRequest): Approach | Arrival {
  return request.arrival ?? approachOf(request, undefined);
}
