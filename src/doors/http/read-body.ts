import type { FastifyRequest } from 'fastify';
import { KmsError } from '../../errors.js';

/**
 * The bytes of a body. It is read here, after authentication, and not by Fastify before it: who is nobody makes us hold nothing.
 * @param limit in bytes
 * @throws KmsError payload-too-large; invalid-request when it breaks off
 */
export async function readBody(request: FastifyRequest, limit: number): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limit) throw tooLarge(limit);
  if (announced === 0 && request.headers['transfer-encoding'] === undefined) return EMPTY;
  const { raw } = request;
  if (raw.destroyed) throw brokenOff();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limit) return settle(() => reject(tooLarge(limit)));
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
    `the body is larger than ${limit / 1024 / 1024} MiB, which is the most this route takes`,
  );
}

function brokenOff(): KmsError {
  return new KmsError('invalid-request', 'the body broke off before its end');
}
