import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Narrator } from './demo/narrator.js';
import { tell } from './demo/tell.js';
import { PrivateServer } from './private-server.js';

/**
 * `npm run demo [-- file]`: the main job on real input. Exit code 0 only when every step was checked.
 * The file is the repository's README, unless another is given.
 */
const README = fileURLToPath(new URL('../../README.md', import.meta.url));
const INTERRUPTED = 130;

const narrator = new Narrator(process.stdout);
const place = await mkdtemp(join(tmpdir(), 'keystead-demo-'));
let starting: Promise<PrivateServer> | undefined;

async function cleanUp(): Promise<void> {
  const server = await starting?.catch(() => undefined);
  await server?.remove();
  await rm(place, { recursive: true, force: true });
}
process.once('SIGINT', () => void cleanUp().finally(() => process.exit(INTERRUPTED)));

try {
  narrator.title('Keystead: two files, a rotation, a rewrap, a forgery, and what the log says of it');
  const start = PrivateServer.start({ settings: { KEYSTEAD_TEST_CLOCK: '1' } });
  starting = start;
  const server = await narrator.step(
    'start a server of our own: embedded PostgreSQL, a new root key, a caller per role',
    () => start,
  );
  await tell({ narrator, server, place, file: process.argv[2] ?? README });
  narrator.title('The end');
  const exitCode = await narrator.step('tell the server to stop', () => server.stop());
  narrator.check(`it drained and ended with ${exitCode}`, exitCode === 0);
  await cleanUp();
  narrator.end();
} catch (error) {
  narrator.fail(error);
  process.exitCode = 1;
} finally {
  await cleanUp();
}
