import { HttpException } from '@nestjs/common';
import { KmsError, isKmsError } from '../../errors.js';
import { asKmsError } from '../../operations/record.js';
import { RefusedRequest } from './refused-request.js';

/** Whatever was thrown on the way of a request, as one of our own errors. */
export function kmsErrorOf(thrown: unknown): KmsError {
  if (thrown instanceof RefusedRequest) return thrown.error;
  if (isKmsError(thrown)) return thrown;
  const status = statusOf(thrown);
  return (status === undefined ? undefined : frameworkError(status)) ?? asKmsError(thrown);
}

/** What Nest and Fastify refuse by themselves, by their status. */
function frameworkError(status: number): KmsError | undefined {
  switch (status) {
    case 400:
    case 414:
    case 431:
      return new KmsError('invalid-request', 'the address or the headers of the request are malformed or too long');
    case 404:
      return new KmsError('not-found', 'nothing answers at this address; GET /api/openapi.json lists what does');
    case 408:
      return new KmsError('invalid-request', 'the request did not arrive in time');
    case 413:
      return new KmsError('payload-too-large', 'the body is larger than this route takes');
    case 415:
      return unsupportedMediaType();
    case 503:
      return new KmsError('shutting-down', 'the service is stopping; try again');
    default:
      return undefined;
  }
}

export function unsupportedMediaType(): KmsError {
  return new KmsError('unsupported-media-type', 'send the body as application/json in UTF-8, not compressed');
}

function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (!(thrown instanceof Error) || thrown.name !== 'FastifyError') return undefined;
  const { statusCode } = thrown as Error & { statusCode?: unknown };
  return typeof statusCode === 'number' ? statusCode : undefined;
}
