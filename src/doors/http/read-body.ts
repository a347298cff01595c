import type { FastifyReply, FastifyRequest } from 'fastify';
import { KmsError } from '../../errors.js';
import { SMALL_BODY } from './body-budget.js';

/**
 * The bytes of a body. It is read here, after authentication, and not by Fastify before it: who is nobody makes us hold nothing.
 * @param limit in bytes
 * @throws KmsError payload-too-large; overloaded; invalid-request when it breaks off
 */
export async function readBody(request: FastifyRequest, reply: FastifyReply, limit: number): Promise<Buffer> {
  const { 'content-length': announced = 0, 'transfer-encoding': encoding } = request.headers;
  const size = encoding === undefined ? Number(announced) : undefined;
  if (size === 0) return EMPTY;
  if (size !== undefined && size > limit) throw tooLarge(limit);
  const { raw } = request;
  if (raw.destroyed) throw brokenOff();
  const hold = (bytes: number) => request.server.bodies.hold(bytes, reply.raw);
  if (size !== undefined) hold(size);
  // Of unknown size: once it is not small, it counts as the largest that there may be.
  let isHeld = size !== undefined;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      try {
        if (length > limit) throw tooLarge(limit);
        if (!isHeld && length > SMALL_BODY) {
          hold(limit);
          isHeld = true;
        }
      } catch (error) {
        return settle(() => reject(error));
      }
      chunks.push(chunk);
    };
    const onEnd = (): void =>
      settle(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length)));
    const onBreak = (): void => settle(() => reject(brokenOff()));
    const settle = (then: () => void): void => {
      raw.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak);
      then();
    };
    raw.on('data', onData).on('end', onEnd).on('error', onBreak).on('close', onBreak);
  });
}

const EMPTY = Buffer.alloc(0);

function tooLarge(limit: number): KmsError {
  return new KmsError(
    'payload-too-large',
    `the body is larger than ${limit / 1024} KiB, which is the most this route takes`,
  );
}

function brokenOff(): KmsError {
  return new KmsError('invalid-request', 'the body broke off before its end');
}
