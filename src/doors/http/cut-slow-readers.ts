import type { FastifyInstance } from 'fastify';

/** What the kernel takes at once leaves whether anybody reads it or not. */
const SMALL_ANSWER = 16 * 1024;

/** A client that asks for much and does not read it would keep the answer, and its request under way, for ever. */
export function cutSlowReaders(server: FastifyInstance, silentMs: number): void {
  server.addHook('onSend', (_request, reply, payload, done) => {
    // Without a listener Node destroys the connection; it sets another time after the answer.
    if (typeof payload === 'string' && payload.length > SMALL_ANSWER) reply.raw.setTimeout(silentMs);
    done(null, payload);
  });
}
