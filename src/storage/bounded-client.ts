import { Socket } from 'node:net';
import type { Client, ClientConfig } from 'pg';
import { tellingClient } from './telling-client.js';

/** Longer than PostgreSQL lets a statement of ours run. */
const PATIENCE_MS = 12_000;
const GOODBYE_MS = 2000;

/**
 * A connection that is closed when a statement, or its own end, is not answered in time: PostgreSQL stands still, or the network has
 * forgotten the connection and nobody will ever say so. Whoever waits gets an error, and no pool lends it again.
 */
export function boundedClient(patienceMs = PATIENCE_MS, goodbyeMs = GOODBYE_MS): typeof Client {
  const Bounded = tellingClient((client) => {
    const timer = setTimeout(() => void client.end().catch(() => undefined), patienceMs);
    return () => clearTimeout(timer);
  });
  return class BoundedClient extends Bounded {
    constructor(config?: string | ClientConfig) {
      const socket = new Socket();
      super({ ...(typeof config === 'string' ? { connectionString: config } : config), stream: () => socket });
      // Its next statement tells whoever holds it. What PostgreSQL says between two statements would end the process.
      this.on('error', () => undefined);
      const end = this.end.bind(this) as (...args: unknown[]) => unknown;
      const bounded = (...args: unknown[]): unknown => {
        const timer = setTimeout(() => socket.destroy(), goodbyeMs).unref();
        socket.once('close', () => clearTimeout(timer));
        return end(...args);
      };
      Object.assign(this, { end: bounded });
    }
  };
}
