import type { FastifyInstance } from 'fastify';
import { KmsError } from '../../errors.js';

/** Whether the service lives is answered at all times. */
const HEALTH = /^\/health\//;

/**
 * Refuses what comes in while `most` requests are under way: at once and before its body is read, so that those that are
 * under way end in time.
 */
export function boundInFlight(server: FastifyInstance, most: number): void {
  let inFlight = 0;
  server.addHook('onRequest', (request, reply, done) => {
    if (HEALTH.test(request.url)) return done();
    if (inFlight >= most) return done(new KmsError('overloaded', `${most} requests are under way already; try again`));
    inFlight += 1;
    reply.raw.once('close', () => {
      inFlight -= 1;
    });
    done();
  });
}
