import { afterAll, beforeAll } from '@jest/globals';
import { Server } from '../../support/server.js';
import { cliAndBoto3Suite } from './cli-and-boto3.suite.js';
import { encryptionSdkSuite } from './encryption-sdk.suite.js';
import { encryptionSuite } from './sdk-encryption.suite.js';
import { importsSuite } from './sdk-imports.suite.js';
import { keysSuite } from './sdk-keys.suite.js';
import { lastUsageSuite } from './sdk-last-usage.suite.js';
import { multiRegionSuite } from './sdk-multi-region.suite.js';
import { keyPoliciesSuite } from './sdk-policies.suite.js';
import { signingSuite } from './sdk-signing.suite.js';

const SUITES = [
  keysSuite,
  encryptionSuite,
  signingSuite,
  importsSuite,
  lastUsageSuite,
  multiRegionSuite,
  keyPoliciesSuite,
  encryptionSdkSuite,
  cliAndBoto3Suite,
];

/** One for all: its clients make their own keys. */
let server: Server;
beforeAll(async () => {
  const accounts = ['us-east-1', 'eu-west-1', 'ap-southeast-2'].map((region) => `000000000001/${region}`);
  server = await Server.start({ env: { KEYSTEAD_AWS_ACCOUNTS: accounts.join(',') } });
});
afterAll(async () => server.remove());

for (const suite of SUITES) suite(() => server);
