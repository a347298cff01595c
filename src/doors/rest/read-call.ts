import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { isKmsError } from '../../errors.js';
import { approachOf } from '../http/arrival-of.js';
import { unsupportedMediaType } from '../http/kms-error-of.js';
import { readBody } from '../http/read-body.js';
import { RefusedRequest } from '../http/refused-request.js';
import type { EndpointShape } from './endpoint-shape.js';
import { readFields } from './read-fields.js';
import { readInput } from './read-input.js';

const MIB = 1024 * 1024;
/** 16 MiB of data are 22 MiB in base64. */
const BODY_LIMITS = { one: MIB, each: 24 * MIB } as const;

const NO_FIELDS = z.strictObject({});
const BODILESS = new Set(['GET', 'DELETE']);
const JSON_TYPE = /^application\/json *(; *charset="?utf-8"? *)?$/i;

/** Reads a request as its endpoint declares it. @throws RefusedRequest */
export async function readCall(endpoint: EndpointShape, request: FastifyRequest, reply: FastifyReply) {
  try {
    const place = {
      ...readFields(endpoint.params ?? NO_FIELDS, request.params, 'path'),
      ...readFields(endpoint.query ?? NO_FIELDS, request.query, 'query'),
    };
    const input = BODILESS.has(endpoint.method) ? place : await readFromBody(endpoint, place, request, reply);
    return { input, arrival: request.arrival, approach: approachOf(request, undefined), reply };
  } catch (error) {
    throw isKmsError(error) ? new RefusedRequest(error) : error;
  }
}

async function readFromBody(
  endpoint: EndpointShape,
  place: object,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  mustBeJson(request);
  const bytes = await readBody(request, reply, endpoint.each ? BODY_LIMITS.each : BODY_LIMITS.one);
  return readInput(endpoint, place, bytes);
}

function mustBeJson(request: FastifyRequest): void {
  const { 'content-type': type, 'content-encoding': encoding, 'content-length': length } = request.headers;
  if (encoding !== undefined && encoding !== 'identity') throw unsupportedMediaType();
  const isEmpty = type === undefined && (length ?? '0') === '0' && request.headers['transfer-encoding'] === undefined;
  if (!isEmpty && !JSON_TYPE.test(type ?? '')) throw unsupportedMediaType();
}
