import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

const LONGEST_DRAIN_MS = 10_000;

/**
 * A stop waits for requests, not for connections: Node takes one that never sent a byte (a browser's, a balancer's) for
 * busy, and one that sends its request slowly for as long as that may take.
 */
export function letGoWhenClosing(server: FastifyInstance): void {
  const open = new Set<Socket>();
  let closing = false;
  server.server.on('connection', (socket: Socket) => {
    if (closing) return socket.destroy();
    open.add(socket);
    return socket.once('close', () => open.delete(socket));
  });
  server.addHook('preClose', (done) => {
    closing = true;
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    setTimeout(() => server.server.closeAllConnections(), LONGEST_DRAIN_MS).unref();
    done();
  });
}
