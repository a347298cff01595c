import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRootKey } from '../../src/admin/create-root-key.js';
import { rekeyRoot } from '../../src/admin/rekey-root.js';
import { Secret } from '../../src/crypto/secret.js';
import { openRootKey } from '../../src/roots/providers.js';
import type { RootKey } from '../../src/roots/root-key.js';
import type { FileSeal } from '../../src/roots/local/sealed-file.js';
import { sealMethodOf } from '../../src/roots/local/open-sealed-root-key.js';
import { readShamirMethod, ShareCollector } from '../../src/roots/local/shamir-seal.js';
import { readShare, shareText } from '../../src/roots/local/share-text.js';
import { rootKeyContract } from './root-key.contract.js';

const PASSPHRASE = 'correct horse battery staple';
let directory: string;
let names = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keystead-sealed-'));
});
afterAll(() => rm(directory, { recursive: true }));

const createPassphraseRootKey = (path: string, passphrase: string) =>
  createRootKey(path, { kind: 'passphrase', passphrase });
const createSharedRootKey = async (path: string, threshold: number, shares: number) => {
  const made = await createRootKey(path, { kind: 'shares', threshold, shares });
  return { shares: made.shares ?? [] };
};
const newPath = () => join(directory, `${++names}.key`);
const byPassphrase = (path: string, passphrase = PASSPHRASE) =>
  openRootKey(`passphrase:${path}`, { dataDir: directory, rootPassphrase: new Secret(Buffer.from(passphrase)) });

async function byShares(path: string, shares: readonly string[]): Promise<RootKey> {
  const collector = new ShareCollector(readShamirMethod(await sealMethodOf(path)));
  let seal: FileSeal | undefined;
  for (const share of shares) seal = collector.add(share);
  if (!seal) throw new Error('not enough shares');
  return openRootKey(`shamir:${path}`, { dataDir: directory, unsealed: new Map([[`shamir:${path}`, seal]]) });
}

async function underTest(make: (path: string) => Promise<() => Promise<RootKey>>) {
  const path = newPath();
  const open = await make(path);
  const root = await open();
  return {
    root,
    reopen: open,
    other: async () => (await make(newPath()))(),
    takeAway: () => rm(path),
    dispose: () => root.close(),
  };
}

rootKeyContract('passphrase', () =>
  underTest(async (path) => {
    await createPassphraseRootKey(path, PASSPHRASE);
    return () => byPassphrase(path);
  }),
);

rootKeyContract('shamir', () =>
  underTest(async (path) => {
    const { shares } = await createSharedRootKey(path, 2, 3);
    return () => byShares(path, shares.slice(1));
  }),
);

describe('sealed root key files', () => {
  it('hold no key in clear, and stay sealed over a rotation', async () => {
    const path = newPath();
    await createPassphraseRootKey(path, PASSPHRASE);
    const root = await byPassphrase(path);
    await root.rotate();
    await root.close();
    expect(await readFile(path, 'latin1')).toMatch(
      /^keystead-sealed-root-key-file 1\npassphrase argon2id 65536 3 4 [0-9a-f]{32}\n[A-Za-z0-9+/=]+\n$/,
    );
    const again = await byPassphrase(path);
    expect(await again.newestVersion()).toBe(2);
    await again.close();
  });

  it('do not open by another passphrase, after any change, or as a file of another kind', async () => {
    const path = newPath();
    await createPassphraseRootKey(path, PASSPHRASE);
    await expect(byPassphrase(path, 'wrong horse battery staple')).rejects.toMatchObject({ code: 'wrong-root-key' });
    const text = await readFile(path, 'latin1');
    const plain = newPath();
    await createRootKey(plain);
    await expect(byPassphrase(plain)).rejects.toMatchObject({ code: 'wrong-root-key' });
    await expect(openRootKey(`local:${path}`, { dataDir: directory })).rejects.toMatchObject({
      code: 'wrong-root-key',
    });
    for (const at of [50, text.length - 40, text.length - 4]) {
      const other = text[at] === 'a' ? 'b' : 'a';
      await writeFile(path, text.slice(0, at) + other + text.slice(at + 1));
      await expect(byPassphrase(path)).rejects.toMatchObject({ code: 'wrong-root-key' });
    }
    await writeFile(path, `${text}\n`);
    await expect(byPassphrase(path)).rejects.toMatchObject({ code: 'wrong-root-key' });
  });

  it('want a passphrase that is worth it, and that it is set', async () => {
    await expect(createPassphraseRootKey(newPath(), 'short')).rejects.toMatchObject({ code: 'invalid-setting' });
    const path = newPath();
    await createPassphraseRootKey(path, PASSPHRASE);
    const opened = openRootKey(`passphrase:${path}`, { dataDir: directory });
    await expect(opened).rejects.toMatchObject({ code: 'invalid-setting' });
  });

  it('are sealed until their keepers come; shares of another set, mistyped or made up do not count', async () => {
    const path = newPath();
    const { shares } = await createSharedRootKey(path, 2, 3);
    await expect(openRootKey(`shamir:${path}`, { dataDir: directory })).rejects.toMatchObject({ code: 'sealed' });
    const { shares: others } = await createSharedRootKey(newPath(), 2, 3);
    const collector = new ShareCollector(readShamirMethod(await sealMethodOf(path)));
    const [first = '', second = ''] = shares;
    const { set } = collector.wanted;
    const madeUp = shareText({ set, x: 1, y: Buffer.alloc(32, 1) });
    const beyond = shareText({ ...readShare(first), x: 4 });
    for (const wrong of [others[0] ?? '', first.slice(0, -1), first.replace(/-..-/, '-00-'), '', madeUp, beyond]) {
      expect(() => collector.add(wrong)).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    }
    expect(collector.add(first)).toBeUndefined();
    expect(() => collector.add(first)).toThrow('was given already');
    expect(collector.given).toBe(1);
    expect(collector.add(` ${second}\n`)).toMatchObject({ method: expect.stringMatching(/^shamir 2 3 [0-9a-f]{16} /) });
    expect(collector.given).toBe(0);
  });

  it('move to other keepers by rekeying, and open what they wrapped before', async () => {
    const [old, passphrased, plain] = [newPath(), newPath(), newPath()];
    const { shares } = await createSharedRootKey(old, 3, 5);
    const before = await byShares(old, shares.slice(0, 3));
    const secret = new Secret(randomBytes(32));
    await before.rotate();
    const wrapped = await before.wrap(secret, Buffer.from('x'));
    await before.close();

    const asked: string[] = [];
    const keepers = {
      passphrase: async () => PASSPHRASE,
      share: async (number: number, of: number) => {
        asked.push(`${number} of ${of}`);
        return shares[number] ?? '';
      },
    };
    const { rootId } = await rekeyRoot(old, passphrased, { kind: 'passphrase', passphrase: PASSPHRASE }, keepers);
    expect(asked).toEqual(['1 of 3', '2 of 3', '3 of 3']);
    expect(rootId).toBe(before.id);
    const newShares = (await rekeyRoot(passphrased, plain, { kind: 'shares', threshold: 2, shares: 2 }, keepers))
      .shares;
    const after = await byShares(plain, newShares ?? []);
    expect((await after.unwrap(wrapped, Buffer.from('x'))).bytes).toEqual(secret.bytes);
    await after.close();

    await expect(byShares(plain, shares)).rejects.toMatchObject({ code: 'invalid-request' });
    await expect(rekeyRoot(old, plain, { kind: 'none' }, keepers)).rejects.toMatchObject({ code: 'conflict' });
    const wrong = { ...keepers, passphrase: async () => 'wrong horse battery staple' };
    await expect(rekeyRoot(passphrased, newPath(), { kind: 'none' }, wrong)).rejects.toMatchObject({
      code: 'wrong-root-key',
    });
  });

  it.each([
    [1, 3],
    [4, 3],
  ])('cannot be made with %p of %p shares', async (threshold, shares) => {
    await expect(createSharedRootKey(newPath(), threshold, shares)).rejects.toMatchObject({ code: 'invalid-setting' });
  });
});
