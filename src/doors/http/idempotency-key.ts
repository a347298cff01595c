import type { FastifyRequest } from 'fastify';
import { KmsError } from '../../errors.js';
import { RefusedRequest } from './refused-request.js';

const KEY = /^[\x20-\x7e]{1,255}$/;

/** The Idempotency-Key header. @throws RefusedRequest unless it is 1 to 255 printable ASCII characters */
export function readIdempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new RefusedRequest(
    new KmsError('invalid-request', 'header Idempotency-Key: 1 to 255 printable ASCII characters, once'),
  );
}
