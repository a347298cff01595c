import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from '@jest/globals';
import { startPlanted } from './planted-app.js';

it('does not wait, when it stops, for a connection that never said anything', async () => {
  const { app, url, port } = await startPlanted();
  const accepted = once(app.getHttpServer(), 'connection');
  const silent = connect(port, '127.0.0.1');
  const ended = once(silent, 'close');
  silent.on('error', () => undefined);
  await accepted;
  await app.close();
  await ended;
  await expect(fetch(`${url}/planted/open`)).rejects.toThrow();
});
