import type { FastifyRequest } from 'fastify';
import { KmsError } from '../../errors.js';
import { RefusedRequest } from './refused-request.js';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The Keystead-Approval header. @throws RefusedRequest unless it is an id */
export function readApprovalId(request: FastifyRequest): string | undefined {
  const id = request.headers['keystead-approval'];
  if (id === undefined || (typeof id === 'string' && ID.test(id))) return id;
  throw new RefusedRequest(new KmsError('invalid-request', 'header Keystead-Approval: the id of a request, once'));
}
