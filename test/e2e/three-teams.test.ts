import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Server } from '../support/server.js';

let server: Server;
let directory: string;
beforeAll(async () => {
  server = await Server.start();
  directory = await mkdtemp(join(tmpdir(), 'keystead-teams-'));
  await symlink(server.dataDir, join(directory, '.keystead'));
});
afterAll(() => Promise.all([server.remove(), rm(directory, { recursive: true, force: true })]));

it('the guide from an empty server to three teams does what it says', async () => {
  const page = await readFile('docs/guides/three-teams.md', 'utf8');
  const script = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block).join('\n');
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('KEYSTEAD_')));
  const shell = spawn('bash', ['-eu', '-o', 'pipefail'], { cwd: directory, env: own });
  let [output, errors] = ['', ''];
  shell.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  shell.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  shell.stdin.end(script.replaceAll('npx keystead', `'${process.execPath}' '${resolve('bin/keystead.js')}'`));
  await once(shell, 'close');
  expect({ code: shell.exitCode, errors }).toMatchObject({ code: 0 });
  expect(output.match(/^refused: .*$/gm)).toEqual([
    'refused: separation of duties',
    'refused: a context that payments must not use',
    'refused: a deny',
    'refused: another team',
    'refused: who manages keys uses none',
    'refused: it needs an approver',
  ]);
  expect(output).toMatch(/^4711$/m);
  expect(output).toMatch(/^paid$/m);
  expect(errors).toMatch(/^yes: allowed$/m);
  expect(errors).toMatch(/^no: denied$/m);
  expect(errors).toMatch(/conflicting-binding/);
  expect(errors).toMatch(/approval-required/);
  expect(output).toMatch(/^card-intake +caller/m);
  expect(output).toMatch(/ report +decrypt +denied /);
});
