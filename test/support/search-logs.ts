import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is a secret wherever it stands. */
const PATTERNS = [
  /kst_[0-9A-Za-z]{4,}_[0-9A-Za-z]{8,}/,
  /keystead-share-[0-9a-f]{16}-/,
  /hvs\.[\w-]{20,}/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /pin-of-a-test/,
  /correct horse battery staple/,
];
const SHOWN = 200;

/**
 * Looks for secrets in the logs that the servers of a test run left, each for those of its own and for what looks like one.
 * @returns a line for each that was found, and how many logs there were
 */
export function searchLogs(directory: string): { readonly found: string[]; readonly logs: number } {
  const logs = readdirSync(directory).filter((name) => name.endsWith('.log'));
  const found = logs.flatMap((name) => {
    const log = readFileSync(join(directory, name), 'utf8');
    const planted: string[] = JSON.parse(readFileSync(join(directory, name.replace(/log$/, 'planted')), 'utf8'));
    const places = [
      ...planted.map((secret) => log.indexOf(secret)),
      ...PATTERNS.map((pattern) => log.search(pattern)),
    ].filter((at) => at >= 0);
    return places.map((at) => `${name}: …${log.slice(Math.max(0, at - SHOWN), at + SHOWN)}…`);
  });
  return { found, logs: logs.length };
}
