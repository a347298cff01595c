import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeySpec } from '../../../src/crypto/key-spec.js';
import { parseCiphertext } from '../../../src/keys/ciphertext.js';
import { dataKeyPair } from '../../../src/operations/crypto/data-key-pair.js';
import { dataKey } from '../../../src/operations/crypto/data-key.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { reEncrypt } from '../../../src/operations/crypto/re-encrypt.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import type { TestBed } from '../../support/test-bed.js';

/** What is true wherever keys are stored. */
export function dataKeysSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`data keys and re-encryption, ${place}`, () => {
    const keyring = 'default';
    const plaintext = Buffer.from('attack at dawn');
    const context = { tenant: 'acme', order: '17' };
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
    });
    afterAll(() => bed.dispose());

    async function newKey(spec: KeySpec = 'aes-256-xaes') {
      const { output } = await bed.kms.change(createKey, { keyring, spec, usage: 'encrypt-decrypt' }, admin);
      return output.id;
    }

    const rotate = (key: string) => bed.kms.change(rotateKey, { keyring, key }, admin);
    const seal = (key: string) => bed.kms.perform(encrypt, { keyring, key, plaintext, context }, app);
    const open = (ciphertext: Buffer, more: object = {}) =>
      bed.kms.perform(decrypt, { keyring, ciphertext, context, ...more }, app);

    describe('data keys', () => {
      it('come in plaintext and wrapped, of the length asked for', async () => {
        const key = await newKey();
        for (const bytes of [undefined, 1, 1024]) {
          const made = await bed.kms.perform(dataKey, { keyring, key, context, ...(bytes ? { bytes } : {}) }, app);
          expect(made.plaintext).toHaveLength(bytes ?? 32);
          expect(parseCiphertext(made.ciphertext).purpose).toBe('data-key');
          expect((await open(made.ciphertext)).plaintext).toEqual(made.plaintext);
        }
        for (const bytes of [0, 1025, 1.5, -1]) {
          const refused = bed.kms.perform(dataKey, { keyring, key, bytes }, app);
          await expect(refused).rejects.toMatchObject({ code: 'invalid-request' });
        }
      });

      it('come only wrapped when asked so', async () => {
        const key = await newKey();
        const made = await bed.kms.perform(dataKey, { keyring, key, plaintext: false, context }, app);
        expect(made).not.toHaveProperty('plaintext');
        const opened = (await open(made.ciphertext)).plaintext;
        expect(opened).toHaveLength(32);
        expect(opened.every((byte) => byte === 0)).toBe(false);
      });

      it.each(['ecc-p256', 'ed25519'] as const)('come as a pair of spec %s', async (spec) => {
        const key = await newKey('aes-256-gcm');
        const made = await bed.kms.perform(dataKeyPair, { keyring, key, spec, context }, app);
        expect(parseCiphertext(made.ciphertext).purpose).toBe('data-key-pair');
        const opened = (await open(made.ciphertext)).plaintext;
        expect(opened).toEqual(made.privateKey);
        expect(publicHalf(createPrivateKey({ key: opened, format: 'der', type: 'pkcs8' }))).toEqual(made.publicKey);
        const wrapped = await bed.kms.perform(dataKeyPair, { keyring, key, spec, plaintext: false }, app);
        expect(wrapped).not.toHaveProperty('privateKey');
      });

      it('of a symmetric or unknown spec are no pairs', async () => {
        const key = await newKey();
        for (const spec of ['aes-256-gcm', 'hmac-sha-256', 'constructor']) {
          const refused = bed.kms.perform(dataKeyPair, { keyring, key, spec }, app);
          await expect(refused).rejects.toMatchObject({ code: 'invalid-request' });
        }
      });
    });

    describe('re-encrypt', () => {
      it('moves a ciphertext to another key and another context, and keeps what it is', async () => {
        const [from, to] = [await newKey(), await newKey('aes-256-gcm')];
        const { ciphertext: wrapped, plaintext: secret } = await bed.kms.perform(
          dataKey,
          { keyring, key: from, context },
          app,
        );
        const newContext = { tenant: 'acme', moved: 'yes' };
        const input = { keyring, key: to, ciphertext: wrapped, context, newContext };
        const moved = await bed.kms.perform(reEncrypt, input, app);
        expect(moved).toMatchObject({ keyId: to, version: 1, sourceKeyId: from, sourceVersion: 1 });
        expect(moved).not.toHaveProperty('plaintext');
        expect(parseCiphertext(moved.ciphertext).purpose).toBe('data-key');
        expect(await open(moved.ciphertext, { key: to, context: newContext })).toMatchObject({ plaintext: secret });
        await expect(open(moved.ciphertext)).rejects.toMatchObject({ code: 'invalid-ciphertext' });
      });

      it('moves a ciphertext from an old version to the new one, under the same context by default', async () => {
        const key = await newKey();
        const { ciphertext } = await seal(key);
        await rotate(key);
        const moved = await bed.kms.perform(reEncrypt, { keyring, key, ciphertext, context }, app);
        expect(moved).toMatchObject({ version: 2, sourceVersion: 1 });
        expect((await open(moved.ciphertext)).plaintext).toEqual(plaintext);
      });

      it('needs decrypt on the source and encrypt on the target', async () => {
        const [from, to] = [await newKey(), await newKey()];
        const { ciphertext } = await seal(from);
        const input = { keyring, key: to, ciphertext, context };
        for (const key of [from, to]) {
          const half = await bed.arriveAs('crypto-user', { keyring: bed.keyringId, key });
          await expect(bed.kms.perform(reEncrypt, input, half)).rejects.toMatchObject({ code: 'permission-denied' });
        }
        const unable = await bed.arriveAs('decrypt-only');
        await expect(bed.kms.perform(reEncrypt, input, unable)).rejects.toMatchObject({ code: 'permission-denied' });
        expect((await bed.kms.perform(reEncrypt, input, app)).keyId).toBe(to);
      });
    });
  });
}

function publicHalf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}
