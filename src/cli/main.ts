#!/usr/bin/env node
import { EXIT } from './exit-codes.js';
import { run } from './run.js';

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
// A reader that has seen enough (`| head`) ends the command quietly; a disk that is full does not.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.success);
  process.stderr.write(`keystead: standard output: ${error.message}\n`);
  process.exitCode = EXIT.failed;
});

const { env, stdin, stdout, stderr } = process;
const code = await run(process.argv.slice(2), { env, stdin, stdout, stderr, signal: interrupted.signal });
process.exitCode ||= code;
// An unread standard input must not keep the process.
stdin.destroy();
