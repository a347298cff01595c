import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Kms } from '../../operations/kms.js';
import { readApprovalId } from './approval-id.js';
import { approachOf } from './arrival-of.js';
import { readIdempotencyKey } from './idempotency-key.js';

/** Authenticates each request once, before its body is read. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  /** @throws KmsError unauthenticated */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { access } = request.routeOptions.config;
    if (access === undefined) return false;
    if (access === 'public' || access === 'signed' || access.inBody) return true;
    let given: { readonly idempotencyKey?: string; readonly approval?: string } = {};
    let refused: unknown;
    try {
      const [idempotencyKey, approval] = [readIdempotencyKey(request), readApprovalId(request)];
      given = {
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        ...(approval === undefined ? {} : { approval }),
      };
    } catch (error) {
      refused = error;
    }
    request.arrival = await this.kms.arrive(approachOf(request, given));
    if (refused !== undefined) throw refused;
    return true;
  }
}
