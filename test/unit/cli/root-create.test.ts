import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRootKey } from '../../../src/roots/providers.js';
import { keystead } from './shell.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-root-create-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('keystead root create', () => {
  it('makes a file that only its owner may read, and that a server opens', async () => {
    const path = join(directory, 'root.key');
    const { code, out, err } = await keystead(['--json', 'root', 'create', path]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const root = await openRootKey(`local:${path}`, { dataDir: directory });
    expect(JSON.parse(out)).toEqual({ path, rootId: root.id });
    await root.close();
  });

  it('leaves an existing file alone', async () => {
    const path = join(directory, 'kept.key');
    await keystead(['root', 'create', path]);
    const before = await readFile(path);
    const { code, err } = await keystead(['root', 'create', path]);
    expect(code).toBe(1);
    expect(err).toContain(path);
    expect(await readFile(path)).toEqual(before);
  });
});
