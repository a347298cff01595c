import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { permissionDenied } from '../../operations/authorise.js';
import { Kms } from '../../operations/kms.js';
import { arrivalOf } from './arrival-of.js';

/** The coarse gate: whether any role of the caller holds the route's operation at all. It never refuses what the operation would allow. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  /** @throws KmsError permission-denied, after it was written down */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const { access } = request.routeOptions.config;
    if (access === undefined) return false;
    if (access === 'public' || access === 'signed' || access.inBody) return true;
    const arrival = arrivalOf(request);
    if (await this.kms.mayAnywhere(arrival, access.operation)) return true;
    throw await this.kms.refuse(arrival, access.operation, permissionDenied(access.operation), request.params);
  }
}
