import { existsSync, rmSync } from 'node:fs';

/** Runs once after all test files. @throws Error where a secret stood in the log of a server */
export default async function globalTeardown() {
  await globalThis.keysteadTestServer?.stop();
  if (globalThis.keysteadTokens) rmSync(globalThis.keysteadTokens, { recursive: true, force: true });
  const logs = globalThis.keysteadLogs;
  if (logs === undefined || !existsSync(logs)) return;
  const { searchLogs } = await import('./search-logs.ts');
  const { found } = searchLogs(logs);
  rmSync(logs, { recursive: true, force: true });
  if (found.length > 0) throw new Error(`secrets in the logs of test servers:\n${found.join('\n')}`);
}
