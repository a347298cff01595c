import '../test/support/typescript-loader.js';

/** node search-logs.js <folder>: fails where a secret is in a log, or where there is no log in which it could be. */
const { searchLogs } = await import('../test/support/search-logs.ts');
const { found, logs } = searchLogs(process.argv[2]);
process.stdout.write(`${found.map((line) => `${line}\n`).join('')}${logs} logs, ${found.length} secrets in them\n`);
process.exitCode = found.length === 0 && logs > 0 ? 0 : 1;
