import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Server } from '../support/server.js';

let server: Server;
let directory: string;

beforeAll(async () => {
  server = await Server.start();
  directory = await mkdtemp(join(tmpdir(), 'keystead-readme-'));
  await symlink(server.dataDir, join(directory, '.keystead'));
});

afterAll(async () => {
  await server.remove();
  await rm(directory, { recursive: true, force: true });
});

/** The README's shell blocks, in their order, as one newcomer would paste them; the checkout's own command for npx. */
async function pasted(): Promise<string> {
  const readme = await readFile('README.md', 'utf8');
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
  return blocks.join('\n').replaceAll('npx keystead', `'${process.execPath}' '${resolve('bin/keystead.js')}'`);
}

async function run(script: string): Promise<{ code: number | null; output: string; errors: string }> {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYSTEAD_')));
  const shell = spawn('bash', ['-eu', '-o', 'pipefail'], { cwd: directory, env: own, stdio: 'pipe' });
  let output = '';
  let errors = '';
  shell.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  shell.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  shell.stdin.end(script);
  await once(shell, 'close');
  return { code: shell.exitCode, output, errors };
}

describe('the README', () => {
  it('shows commands that do what it says', async () => {
    const script = await pasted();
    expect(script).toContain('source .keystead/tokens.env');
    const { code, output, errors } = await run(script);
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(output.match(/"plaintext":"Y2FyZCA0NzEx","keyId":"[^"]+","version":1/g)).toHaveLength(2);
    expect(output.match(/"primaryVersion":2/g)).toHaveLength(1);
    expect(output.match(/"status":400,.*"code":"invalid-ciphertext"/g)).toHaveLength(1);
    expect(output.match(/"outcome":"success"/g)?.length).toBeGreaterThanOrEqual(4);
    expect(output.match(/"outcome":"error","code":"invalid-ciphertext"/g)).toHaveLength(1);
    expect(output.match(/^card 4711$/gm)).toHaveLength(2);
    expect(output.match(/ key-admin +key\.rotate +success /g)).toHaveLength(1);
  });
});
