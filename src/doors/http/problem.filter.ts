import { Catch, Inject, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KmsError } from '../../errors.js';
import { Kms } from '../../operations/kms.js';
import { asKmsError } from '../../operations/record.js';
import { senderOf } from './arrival-of.js';
import { kmsErrorOf } from './kms-error-of.js';
import { problemHeaders, problemOf } from './problem.js';
import { RefusedRequest } from './refused-request.js';
import { RouteTable } from './route-table.js';
import { STATUS_OF } from './status-of.js';

/** Answers every failure with a problem document, and writes down what never became an operation. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log = new Logger('http');

  constructor(
    @Inject(Kms) private readonly kms: Kms,
    @Inject(RouteTable) private readonly routes: RouteTable,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    let error = kmsErrorOf(thrown);
    try {
      if (error.code === 'not-found' && request.is404) error = this.#orMethodNotAllowed(error, request, reply);
      if (thrown instanceof RefusedRequest) await this.#writeDown(error, request);
    } catch (failure) {
      error = asKmsError(failure);
    }
    if (STATUS_OF[error.code] === 500) this.#tellOperator(error, request);
    // The caller may have gone, or a part of the answer may have left already.
    if (reply.sent) return;
    await reply.code(STATUS_OF[error.code]).headers(problemHeaders(error)).send(problemOf(error, request.id));
  }

  async #writeDown(error: KmsError, request: FastifyRequest): Promise<void> {
    const { method, url } = request.routeOptions;
    const detail = { route: `${String(method)} ${url ?? ''}`, reason: error.detail };
    await this.kms.refuse(senderOf(request), 'read-request', error, request.params, detail);
  }

  #orMethodNotAllowed(error: KmsError, request: FastifyRequest, reply: FastifyReply): KmsError {
    const methods = this.routes.methodsAt(request.url);
    if (methods.length === 0) return error;
    reply.header('allow', methods.join(', '));
    return new KmsError(
      'method-not-allowed',
      `${request.method} is not for this address; it takes ${methods.join(', ')}`,
    );
  }

  /** The reason behind an internal error is for the service's own log alone. */
  #tellOperator(error: KmsError, request: FastifyRequest): void {
    const cause = error.cause instanceof Error ? error.cause : error;
    this.#log.error({ requestId: request.id, route: request.routeOptions.url, code: error.code, error: cause });
  }
}
