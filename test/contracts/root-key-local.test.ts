import {
  chmod,
  chown,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Secret } from '../../src/crypto/secret.js';
import { createLocalRootKey } from '../../src/roots/local/create-local-root-key.js';
import { LocalRootKey } from '../../src/roots/local/local-root-key.js';
import { whileRotating } from '../../src/roots/local/rotation-lock.js';
import { failure, mustNotShow } from './root-key.contract.js';
import { buildRotator, startRotator } from '../support/local-root-process.js';

const context = Buffer.from('canary');

// Computed from the format's description with another AES-GCM and HKDF; format 1 of file and wrapping must open for ever.
const FROZEN_FILE = `keystead-root-key-file 1
id local:00112233445566778899aabbccddeeff
key 1 2025-01-01T00:00:00.000Z 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
key 2 2025-02-01T00:00:00.000Z 202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f
checksum 54401222311f37dfdba2e76ca64d2030ab7811d32554fb8cdd014b64a4675c73
`;
const FROZEN_BLOB =
  '01808182838485868788898a8b8c8d8e8f909192939495969707083f88ef24e020e1482f80609ed360d27e12783895b41e1df69e1d7c190e92374dca94966605e0467926645716da54';

describe('local root key', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keystead-root-'));
    path = join(directory, 'root.key');
    await createLocalRootKey(path);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const names = async () => (await readdir(directory)).filter((name) => !/[.]lock[.]\d+$/.test(name)).toSorted();

  it('opens files and wrappings of format 1', async () => {
    await writeFile(path, FROZEN_FILE);
    const root = await LocalRootKey.open(path);
    const wrapped = { rootId: root.id, rootVersion: 2, blob: Buffer.from(FROZEN_BLOB, 'hex') };
    expect((await root.unwrap(wrapped, Buffer.from('frozen'))).bytes).toEqual(Buffer.alloc(32, 0x5a));
    expect(await root.newestVersion()).toBe(2);
  });

  it('writes mode 0600 whatever the umask, and leaves nothing else behind', async () => {
    const before = process.umask(0);
    try {
      const other = join(directory, 'other.key');
      await createLocalRootKey(other);
      expect((await stat(other)).mode & 0o777).toBe(0o600);
      const root = await LocalRootKey.open(other);
      await root.rotate();
      expect((await stat(other)).mode & 0o777).toBe(0o600);
      expect(await names()).toEqual(['other.key', 'root.key']);
      await root.close();
    } finally {
      process.umask(before);
    }
  });

  it('never overwrites a file', async () => {
    const before = await readFile(path);
    expect(await failure(createLocalRootKey(path))).toMatchObject({ code: 'conflict' });
    expect(await readFile(path)).toEqual(before);
    expect(await names()).toEqual(['root.key']);
  });

  it.each([0o640, 0o604, 0o660, 0o610, 0o666])('refuses mode %i, at start and later', async (mode) => {
    const root = await LocalRootKey.open(path);
    await chmod(path, mode);
    const error = await failure(LocalRootKey.open(path));
    expect(error).toMatchObject({ code: 'invalid-setting' });
    expect(error.detail).toContain(`chmod 600 ${path}`);
    expect(await failure(root.check())).toMatchObject({ code: 'root-unavailable' });
    await chmod(path, 0o600);
    await root.check();
  });

  it('refuses a link, a directory, and a path below a file', async () => {
    await symlink(path, join(directory, 'link'));
    for (const wrong of [join(directory, 'link'), directory, join(path, 'x')]) {
      expect(await failure(LocalRootKey.open(wrong))).toMatchObject({ code: 'invalid-setting' });
    }
  });

  const asRoot = process.geteuid?.() === 0 ? it : it.skip;
  asRoot('refuses the file of another user (this test needs to run as root)', async () => {
    await chown(path, 65_534, 65_534);
    const error = await failure(LocalRootKey.open(path));
    expect(error).toMatchObject({ code: 'invalid-setting' });
    expect(error.detail).toContain('65534');
  });

  it('refuses every changed, missing or added byte', async () => {
    const whole = await readFile(path);
    const key = new Secret(Buffer.from(whole.toString().split(' ')[5]?.slice(0, 64) ?? '', 'hex'));
    const damaged = [
      ...[...whole.keys()].map((place) => Buffer.from(whole).fill((whole[place] ?? 0) ^ 1, place, place + 1)),
      ...[...whole.keys()].map((length) => whole.subarray(0, length)),
      Buffer.concat([whole, Buffer.from('\n')]),
      Buffer.concat([whole, Buffer.from('x')]),
      randomBytes(2 * 1024 * 1024),
    ];
    expect(damaged.length).toBeGreaterThan(2 * 200);
    for (const bytes of damaged) {
      await writeFile(path, bytes);
      const error = await failure(LocalRootKey.open(path));
      expect(error.code).toBe(bytes.length > 1024 * 1024 ? 'invalid-setting' : 'wrong-root-key');
      mustNotShow(error, key);
    }
    await writeFile(path, whole);
    await (await LocalRootKey.open(path)).check();
  });

  it('refuses an older copy or another root put in its place, and goes on when the newest is back', async () => {
    const root = await LocalRootKey.open(path);
    await copyFile(path, join(directory, 'backup'));
    await root.rotate();
    const wrapped = await root.wrap(new Secret(randomBytes(32)), context);
    await copyFile(path, join(directory, 'newest'));
    await createLocalRootKey(join(directory, 'foreign'));
    for (const wrong of ['backup', 'foreign']) {
      await rename(join(directory, wrong), path);
      for (const call of [root.check(), root.unwrap(wrapped, context), root.rotate()]) {
        expect(await failure(call)).toMatchObject({ code: 'wrong-root-key' });
      }
    }
    await rename(join(directory, 'newest'), path);
    await root.unwrap(wrapped, context);
  });

  it('names the version that an old copy lacks', async () => {
    const root = await LocalRootKey.open(path);
    await copyFile(path, join(directory, 'backup'));
    await root.rotate();
    const wrapped = await root.wrap(new Secret(randomBytes(32)), context);
    await rename(join(directory, 'backup'), path);
    const stale = await LocalRootKey.open(path);
    const error = await failure(stale.unwrap(wrapped, context));
    expect(error).toMatchObject({ code: 'wrong-root-key' });
    expect(error.detail).toContain('no version 2');
  });

  it('removes the draft of a rotation that was cut short', async () => {
    await writeFile(`${path}.new-0011`, 'half a fi');
    const root = await LocalRootKey.open(path);
    await root.rotate();
    expect(await names()).toEqual(['root.key']);
  });

  it('passes over the lock of a dead process, and waits for a living one', async () => {
    const dead = startRotator('-e', '0', 0);
    await dead.ended;
    await writeFile(`${path}.lock.7`, `${hostname()} ${dead.process.pid} 2025-01-01T00:00:00.000Z\n`);
    const root = await LocalRootKey.open(path);
    expect(await root.rotate()).toBe(2);
    expect((await readdir(directory)).toSorted()).toEqual(['root.key', 'root.key.lock.8']);
    for (const holder of [`${hostname()} ${process.pid} now\n`, `another-host ${dead.process.pid} now\n`, '']) {
      await writeFile(`${path}.lock.9`, holder);
      const error = await failure(whileRotating(path, async () => 'not reached', 0));
      expect(error).toMatchObject({ code: 'conflict' });
      expect(error.detail).toContain(`delete ${path}.lock.9`);
    }
    await writeFile(`${path}.lock.9`, 'free\n');
    expect(await root.rotate()).toBe(3);
  });

  it('loses no version when processes rotate at the same time and are killed', async () => {
    const program = await buildRotator(join(directory, 'program'));
    const root = await LocalRootKey.open(path);
    const wrapped = [await root.wrap(new Secret(randomBytes(32)), context)];
    const made: number[] = [];
    for (const kill of [false, true, true, true]) {
      const rotators = [0, 1].map(() => {
        // Killed in the midst of the next rotation, whose place differs each time.
        const rotator = startRotator(program, path, kill ? 10_000 : 10, () => {
          if (kill && rotator.versions.length >= 5) rotator.process.kill('SIGKILL');
        });
        return rotator;
      });
      const ends = await Promise.all(rotators.map(({ ended }) => ended));
      expect(ends).toEqual(kill ? ['SIGKILL', 'SIGKILL'] : [0, 0]);
      made.push(...rotators.flatMap(({ versions }) => versions));
      wrapped.push(await root.wrap(new Secret(randomBytes(32)), context));
    }
    expect(new Set(made).size).toBe(made.length);
    expect(await root.newestVersion()).toBeGreaterThanOrEqual(Math.max(...made));
    const lines = [...(await readFile(path, 'utf8')).matchAll(/^key (\d+) /gm)];
    const stored = new Set(lines.map(([, number]) => Number(number)));
    expect(made.filter((version) => !stored.has(version))).toEqual([]);
    const fresh = await LocalRootKey.open(path);
    for (const each of wrapped) (await fresh.unwrap(each, context)).destroy();
    await fresh.rotate();
    expect(await names()).toEqual(['program', 'root.key']);
  });
});
