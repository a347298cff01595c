import type { FastifyInstance } from 'fastify';
import { KmsError } from '../../errors.js';

/** While the server stops, what is under way is finished and what is new is refused. */
export function refuseWhenClosing(server: FastifyInstance): void {
  let closing = false;
  server.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  server.addHook('onRequest', (_request, reply, done) => {
    if (!closing) return done();
    reply.header('connection', 'close');
    done(new KmsError('shutting-down', 'the service is stopping; try again'));
  });
}
