import './typescript-loader.js';

/** Runs once before all test files, outside jest's module system: see postgres-server.ts. */
export default async function globalSetup() {
  const { startTestServer } = await import('./postgres-server.ts');
  globalThis.keysteadTestServer = await startTestServer();
}
