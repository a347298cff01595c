import type { FastifyInstance } from 'fastify';
import { KmsError } from '../../errors.js';

/** While the server stops, what is under way is finished and what is new is refused. */
export function refuseWhenClosing(server: FastifyInstance): void {
  let closing = false;
  server.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  server.addHook('onRequest', (_request, _reply, done) => {
    if (!closing) return done();
    done(new KmsError('shutting-down', 'the service is stopping; try again'));
  });
  // Or the connection would stay open for as long as its client likes, and the stop with it.
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) reply.header('connection', 'close');
    done(null, payload);
  });
}
