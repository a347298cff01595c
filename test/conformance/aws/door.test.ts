import { afterAll, beforeAll } from '@jest/globals';
import { Server } from '../../support/server.js';
import { attacksSuite } from './attacks.suite.js';
import { notDoneSuite } from './not-done.suite.js';
import { stateMatrixSuite } from './state-matrix.suite.js';
import { tamperingSuite } from './tampering.suite.js';

let server: Server;
beforeAll(async () => {
  server = await Server.start({ env: { KEYSTEAD_AWS_ACCOUNTS: '000000000001/us-east-1,000000000001/eu-west-1' } });
});
afterAll(async () => server.remove());

for (const suite of [attacksSuite, stateMatrixSuite, notDoneSuite, tamperingSuite]) suite(() => server);
