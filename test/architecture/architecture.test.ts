import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { findViolations } from './find-violations.js';
import { readSource, readSources } from './read-source.js';
import { NEST_AT_THE_RIM, ROOMS } from './rooms.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

async function violationsIn(files: Readonly<Record<string, string>>): Promise<string[]> {
  return findViolations(await Promise.all(Object.entries(files).map(([path, text]) => readSource(path, text))));
}

describe('the rooms', () => {
  it('keep to the table', async () => {
    const sources = await readSources(ROOT, ['src', 'migrations', 'test', 'bench']);
    expect(sources.length).toBeGreaterThan(300);
    expect(findViolations(sources)).toEqual([]);
  });

  it('are in the table, and the table names nothing that is gone', async () => {
    const sources = await readSources(ROOT, ['src', 'migrations']);
    const paths = new Set(sources.map(({ path }) => path));
    const folders = [...paths].map((path) => path.replace(/^src\//, ''));
    const empty = Object.keys(ROOMS).filter(
      (room) => room !== 'composition' && !folders.some((path) => path.startsWith(`${room}/`) || path === `${room}.ts`),
    );
    expect(empty).toEqual([]);
    expect([...NEST_AT_THE_RIM.keys()].filter((path) => !paths.has(path))).toEqual([]);
  });
});

it('generated inputs come from one place, which has them be the same in every run', async () => {
  const direct = (await readSources(ROOT, ['test'])).filter(({ imports }) =>
    imports.some(({ specifier }) => specifier === 'fast-check'),
  );
  expect(direct.map(({ path }) => path)).toEqual(['test/support/fast-check.ts']);
});

describe('what the test would find', () => {
  it.each<[string, string, string]>([
    ['an arrow that is not in the table', 'src/crypto/x.ts', `import { a } from '../keys/names.js';`],
    ['a type that is imported', 'src/keys/x.ts', `import type { A } from '../operations/deps.js';`],
    ['an inline type', 'src/keys/x.ts', `export type A = import('../storage/database.js').Database;`],
    ['a re-export', 'src/audit/x.ts', `export * from '../keys/names.js';`],
    ['a named re-export', 'src/audit/x.ts', `export { a } from '../keys/names.js';`],
    ['a dynamic import', 'src/keys/x.ts', `export const a = await import('../roots/root-key.js');`],
    ['an import nobody can follow', 'src/keys/x.ts', `export const load = (name: string) => import(name);`],
    ['a package of another room', 'src/operations/x.ts', `import { Pool } from 'pg';`],
    ['a built-in that is not the room’s', 'src/keys/x.ts', `import { readFileSync } from 'node:fs';`],
    ['a built-in without its prefix', 'src/keys/x.ts', `import { createHmac } from 'crypto';`],
    ['an import for its effect', 'src/keys/x.ts', `import 'typeorm';`],
    ['Nest in the logic', 'src/operations/x.ts', `import { Injectable } from '@nestjs/common';`],
    ['Nest in a plain file of a door', 'src/doors/rest/x.ts', `import { Injectable } from '@nestjs/common';`],
    ['the schedule outside doors/clock', 'src/storage/x.module.ts', `import { Cron } from '@nestjs/schedule';`],
    ['one protocol in another', 'src/doors/rest/x.ts', `import { tick } from '../clock/tick.js';`],
    ['a protocol in what doors share', 'src/doors/http/x.ts', `import { route } from '../rest/endpoint.js';`],
    ['one root provider in another', 'src/roots/vault/x.ts', `import { f } from '../local/root-key-file.js';`],
    ['the database through the doors', 'src/doors/rest/x.ts', `import { Database } from '../../storage/database.js';`],
    ['more of telemetry than its ports', 'src/doors/rest/x.ts', `import { r } from '../../telemetry/redact.js';`],
    ['configuration outside a module', 'src/operations/x.ts', `import type { Config } from '../config/config.js';`],
    ['a room without a line', 'src/cache/x.ts', `import { a } from '../errors.js';`],
    ['the environment', 'src/storage/x.ts', `export const url = process.env['KEYSTEAD_DATABASE_URL'];`],
    ['the environment by index', 'src/storage/x.ts', `export const all = process['env'];`],
    ['the environment taken apart', 'src/storage/x.ts', `const { env } = process; export const url = env.URL;`],
    ['a file of utilities', 'src/keys/name-utils.ts', ''],
    ['a folder of common things', 'src/common/names.ts', ''],
    ['a barrel', 'src/keys/index.ts', ''],
    ['a manager', 'src/keys/keys.ts', 'export class KeyManager {}'],
    ['an implementation', 'src/keys/keys.ts', 'export class StoreImpl {}'],
    ['an interface that says so', 'src/keys/keys.ts', 'export interface IStore { readonly a: 1 }'],
    ['a file name in camel case', 'src/keys/keyNames.ts', ''],
    ['a long file', 'src/keys/keys.ts', 'export {};\n'.repeat(251)],
    ['a file that imports itself', 'src/keys/keys.ts', `import { a } from './keys.js';`],
  ])('%s', async (_what, path, text) => {
    const violations = await violationsIn({ [path]: text });
    expect(violations).toHaveLength(1);
    expect(violations[0]).toContain(path);
  });

  it('a cycle, whatever its length, types included', async () => {
    const violations = await violationsIn({
      'src/keys/a.ts': `import { b } from './b.js';`,
      'src/keys/b.ts': `import type { C } from './c.js';`,
      'src/keys/c.ts': `export * from './a.js';`,
    });
    expect(violations).toEqual(['import cycle: src/keys/a.ts → src/keys/b.ts → src/keys/c.ts → src/keys/a.ts']);
  });
});

describe('what the test lets pass', () => {
  it.each<[string, string, string]>([
    ['an arrow of the table', 'src/keys/x.ts', `import { a } from '../crypto/hkdf.js';`],
    ['a package of the room', 'src/crypto/x.ts', `import { p256 } from '@noble/curves/nist.js';`],
    [
      'Nest and configuration in a module',
      'src/keys/x.module.ts',
      `import { Module } from '@nestjs/common'; import { CONFIG } from '../config/config.module.js';`,
    ],
    ['a door’s shared part', 'src/doors/rest/x.ts', `import { a } from '../http/access.js';`],
    ['the environment of the command line', 'src/cli/x.ts', `export const token = process.env['KEYSTEAD_TOKEN'];`],
    [
      'words in a text',
      'src/keys/x.ts',
      `// import { a } from 'pg';\nexport const a = "import b from 'pg'; process.env";`,
    ],
    ['250 lines of code between comments', 'src/keys/x.ts', `/*\n * a\n */\n\n// b\n${'export {};\n'.repeat(250)}`],
  ])('%s', async (_what, path, text) => {
    expect(await violationsIn({ [path]: text })).toEqual([]);
  });
});
