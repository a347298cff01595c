import { generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { bytesFromWorker, fieldsFromWorker, RefusedByFunction, runInWorker } from '../../../src/crypto/worker-pool.js';

describe('the worker pool', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const decrypt = (ciphertext: Buffer): Promise<Buffer> =>
    bytesFromWorker({
      module: 'node:crypto',
      path: ['privateDecrypt'],
      args: [{ key: privateKey, oaepHash: 'sha256' }, ciphertext],
    });
  const sealed = (text: string): Buffer => publicEncrypt({ key: publicKey, oaepHash: 'sha256' }, Buffer.from(text));

  it('calls a function of node:crypto with a KeyObject', async () => {
    expect((await decrypt(sealed('hello'))).toString()).toBe('hello');
  });

  it('calls a function of a package', async () => {
    const keys = await fieldsFromWorker({
      module: '@noble/post-quantum/ml-kem.js',
      path: ['ml_kem512', 'keygen'],
      args: [],
    });
    expect(keys('publicKey').length).toBe(800);
  });

  it('says that a function refused, and goes on', async () => {
    await expect(decrypt(Buffer.alloc(256, 1))).rejects.toThrow(RefusedByFunction);
    expect((await decrypt(sealed('again'))).toString()).toBe('again');
  });

  it('answers every one of many calls at once with its own result', async () => {
    const texts = Array.from({ length: 20 }, (_, i) => `number ${i}`);
    const answers = await Promise.all(texts.map((text) => decrypt(sealed(text))));
    expect(answers.map((bytes) => bytes.toString())).toEqual(texts);
  });

  it('does not touch the bytes that it was given', async () => {
    const ciphertext = sealed('mine');
    const before = Buffer.from(ciphertext);
    await decrypt(ciphertext);
    expect(ciphertext.equals(before)).toBe(true);
  });

  it('leaves the event loop free meanwhile', async () => {
    let turns = 0;
    let done = false;
    const tick = (): void => {
      turns++;
      if (!done) setImmediate(tick);
    };
    setImmediate(tick);
    await runInWorker({ module: '@noble/post-quantum/ml-dsa.js', path: ['ml_dsa87', 'keygen'], args: [] });
    done = true;
    expect(turns).toBeGreaterThan(1);
  });

  it('refuses an unknown package as an internal error', async () => {
    await expect(runInWorker({ module: '@noble/nothing', path: ['x'], args: [] })).rejects.toMatchObject({
      code: 'internal-error',
    });
  });
});
