import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Approach } from '../../operations/arrival.js';
import { approachOf } from '../http/arrival-of.js';

const INVOCATION = /^[\x21-\x7e]{1,128}$/;

/**
 * Who sent a request, as its signature says. A retry has the same `amz-sdk-invocation-id` and the same body: what creates
 * something does so once. The header need not be signed, so it stands for nothing but with the body.
 * @param service for which it must be signed
 */
export function approachOfSigned(request: FastifyRequest, body: Buffer, service: string): Approach {
  const { raw, method, headers } = request;
  const bodyHash = hash('sha256', body);
  const invocation = headers['amz-sdk-invocation-id'];
  const isRetryable = typeof invocation === 'string' && INVOCATION.test(invocation);
  return approachOf(request, {
    door: 'aws',
    presented: {
      kind: 'signature',
      request: { method, url: request.url, headers: raw.rawHeaders, bodyHash },
      service,
    },
    ...(isRetryable ? { idempotencyKey: `aws ${invocation} ${bodyHash}` } : {}),
  });
}
