import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import './typescript-loader.js';

/** Runs once before all test files, outside jest's module system: see postgres-server.ts. */
export default async function globalSetup() {
  const { startTestServer } = await import('./postgres-server.ts');
  globalThis.keysteadTestServer = await startTestServer();
  globalThis.keysteadTokens = makeTokenFolder();
  // Who names a folder searches the logs himself: .ci/run.
  if (process.env.KEYSTEAD_TEST_LOGS) return;
  globalThis.keysteadLogs = join(tmpdir(), `keystead-test-logs-${process.pid}`);
  process.env.KEYSTEAD_TEST_LOGS = globalThis.keysteadLogs;
}

/** SoftHSM asks the real environment, which is none of a test's own. */
function makeTokenFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'keystead-softhsm-'));
  mkdirSync(join(folder, 'tokens'));
  process.env.SOFTHSM2_CONF = join(folder, 'softhsm2.conf');
  writeFileSync(process.env.SOFTHSM2_CONF, `directories.tokendir = ${folder}/tokens\nlog.level = ERROR\n`);
  return folder;
}
