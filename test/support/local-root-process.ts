import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
const ROTATE = `
  import { LocalRootKey } from './roots/local/local-root-key.js';
  const [path, times] = process.argv.slice(2);
  const root = await LocalRootKey.open(path);
  for (let i = 0; i < Number(times); i++) process.stdout.write((await root.rotate()) + '\\n');
`;

/** Makes a program in `directory`, from today's sources, that rotates a local root key in a process of its own. */
export async function buildRotator(directory: string): Promise<string> {
  const local = await readdir(join(SOURCE, 'roots/local'));
  const files = ['errors.ts', 'crypto/secret.ts', 'roots/root-key.ts', 'roots/checks.ts'];
  for (const file of [...files, ...local.map((name) => `roots/local/${name}`)]) {
    const { code } = await transform(await readFile(join(SOURCE, file), 'utf8'), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
      module: { type: 'es6' },
    });
    const target = join(directory, file.replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  const program = join(directory, 'rotate.js');
  await writeFile(program, ROTATE);
  return program;
}

export interface Rotator {
  readonly process: ChildProcess;
  /** The versions that it has reported as made. */
  readonly versions: number[];
  /** Resolves with exit code or signal, once all of its output was read. */
  readonly ended: Promise<number | string | null>;
}

export function startRotator(program: string, path: string, times: number, onVersion?: () => void): Rotator {
  const child = spawn(process.execPath, [program, path, String(times)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const versions: number[] = [];
  createInterface(child.stdout).on('line', (line) => {
    versions.push(Number(line));
    onVersion?.();
  });
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return { process: child, versions, ended };
}
