/**
 * A process that runs an embedded PostgreSQL as the server does, to be killed by tests:
 * `node --import …/typescript-loader.js embedded-process.ts '{"dataDir": …}'` prints one JSON line per event, the first
 * with kind `ready`, and ends on SIGTERM or SIGINT (any number of them) when the database is down. On SIGUSR2 it exits
 * at once, as after an uncaught exception.
 */
import {
  startEmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/storage/embedded/start-embedded-postgres.js';
import { isKmsError } from '../../src/errors.js';

function print(event: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

try {
  const options: EmbeddedPostgresOptions = JSON.parse(process.argv[2] ?? '');
  const server = await startEmbeddedPostgres({ ...options, onEvent: (event) => print({ ...event }) });
  const stop = () => {
    print({ kind: 'stopping' });
    void server.stop().then(() => {
      print({ kind: 'stopped' });
      process.exit(0);
    });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGUSR2', () => process.exit(3));
  print({ kind: 'ready', pid: server.pid, url: server.url });
} catch (error) {
  print({ kind: 'refused', code: isKmsError(error) ? error.code : 'unexpected', detail: String(error) });
  process.exit(1);
}
