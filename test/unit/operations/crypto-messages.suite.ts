import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KeySpec } from '../../../src/crypto/key-spec.js';
import { dataKey } from '../../../src/operations/crypto/data-key.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { disableVersion } from '../../../src/operations/versions/disable-version.js';
import { revokeVersion } from '../../../src/operations/versions/revoke-version.js';
import type { TestBed } from '../../support/test-bed.js';

/** What is true wherever keys are stored. */
export function messagesSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`encrypt and decrypt, ${place}`, () => {
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

    async function newKey(
      spec: KeySpec = 'aes-256-xaes',
      usage: 'encrypt-decrypt' | 'sign-verify' = 'encrypt-decrypt',
    ) {
      const { output } = await bed.kms.change(createKey, { keyring, spec, usage }, admin);
      return output.id;
    }

    const rotate = (key: string) => bed.kms.change(rotateKey, { keyring, key }, admin);
    const seal = (key: string, more: object = {}, by = app) =>
      bed.kms.perform(encrypt, { keyring, key, plaintext, context, ...more }, by);
    const open = (ciphertext: Buffer, more: object = {}, by = app) =>
      bed.kms.perform(decrypt, { keyring, ciphertext, context, ...more }, by);

    describe('encrypt and decrypt', () => {
      it.each(['aes-256-xaes', 'aes-256-gcm', 'aes-128-gcm', 'chacha20-poly1305'] as const)(
        'open under the keyring and under the key what they sealed with %s',
        async (spec) => {
          const key = await newKey(spec);
          const { ciphertext, keyId, version } = await seal(key);
          expect({ keyId, version }).toEqual({ keyId: key, version: 1 });
          expect(ciphertext.includes(plaintext)).toBe(false);
          expect(await open(ciphertext)).toEqual({ plaintext, keyId: key, version: 1 });
          expect(await open(ciphertext, { key })).toEqual({ plaintext, keyId: key, version: 1 });
        },
      );

      it('open an empty plaintext and one of 64 KiB, and refuse a longer one with what to do instead', async () => {
        const key = await newKey();
        for (const length of [0, 65_536]) {
          const bytes = randomBytes(length);
          expect((await open((await seal(key, { plaintext: bytes })).ciphertext)).plaintext).toEqual(bytes);
        }
        await expect(seal(key, { plaintext: randomBytes(65_537) })).rejects.toMatchObject({
          code: 'payload-too-large',
          detail: expect.stringContaining('data key'),
        });
      });

      it('open an older version after a rotation, and seal under the new one', async () => {
        const key = await newKey();
        const old = await seal(key);
        await rotate(key);
        const young = await seal(key);
        expect(young.version).toBe(2);
        expect((await open(old.ciphertext)).version).toBe(1);
        expect((await open(young.ciphertext)).version).toBe(2);
        await expect(seal(key, { version: 1 })).rejects.toMatchObject({ code: 'unsupported-operation' });
        await expect(seal(key, { version: 3 })).rejects.toMatchObject({ code: 'version-not-found' });
        expect((await seal(key, { version: 2 })).version).toBe(2);
      });

      it('refuse another context, a missing one, another key and changed bytes, always with the same words', async () => {
        const key = await newKey();
        const { ciphertext } = await seal(key);
        const changed = Buffer.from(ciphertext);
        changed[changed.length - 1]! ^= 1;
        const otherVersion = Buffer.from(ciphertext);
        otherVersion[25] = 9;
        const tries = [
          open(ciphertext, { context: { tenant: 'acme', order: '18' } }),
          open(ciphertext, { context: undefined }),
          open(ciphertext, { key: await newKey() }),
          open(changed),
          open(changed, { key }),
          open(otherVersion),
          open(randomBytes(200)),
          open(randomBytes(200), { key }),
          open(Buffer.alloc(0), { key }),
        ];
        const refusals = await Promise.all(tries.map((attempt) => attempt.catch((error: unknown) => error)));
        const [first] = refusals;
        expect(first).toMatchObject({ code: 'invalid-ciphertext' });
        for (const refusal of refusals) expect(refusal).toEqual(first);
      });

      it('say by name which state stands in the way', async () => {
        const key = await newKey();
        const { ciphertext } = await seal(key);
        await rotate(key);
        await bed.kms.change(disableVersion, { keyring, key, version: 1 }, admin);
        await expect(open(ciphertext)).rejects.toMatchObject({ code: 'version-disabled' });
        await bed.kms.change(revokeVersion, { keyring, key, version: 1, reason: 'compromised' }, admin);
        await expect(open(ciphertext)).rejects.toMatchObject({ code: 'version-revoked' });
        await bed.kms.change(disableKey, { keyring, key }, admin);
        await expect(open(ciphertext)).rejects.toMatchObject({ code: 'key-disabled' });
        await expect(seal(key)).rejects.toMatchObject({ code: 'key-disabled' });
      });

      it('refuse a key of another usage, and algorithm or version where the ciphertext itself says them', async () => {
        const signing = await newKey('ecc-p256', 'sign-verify');
        await expect(seal(signing)).rejects.toMatchObject({ code: 'unsupported-operation' });
        const key = await newKey();
        await expect(seal(key, { algorithm: 'rsaes-oaep-sha-256' })).rejects.toMatchObject({ code: 'invalid-request' });
        const { ciphertext } = await seal(key);
        await expect(open(ciphertext, { key, version: 1 })).rejects.toMatchObject({ code: 'invalid-request' });
      });

      it('write down the names of the context and never its values', async () => {
        const { ciphertext } = await seal(await newKey());
        await open(ciphertext);
        const [record] = await bed.deps.journal.query({ operation: 'decrypt', limit: 1 });
        expect(record).toMatchObject({ outcome: 'success', version: 1, detail: { context: ['tenant', 'order'] } });
        expect(JSON.stringify(record)).not.toContain('acme');
      });
    });

    describe('RSA keys', () => {
      it('decrypt with the version that the call names, the primary by default', async () => {
        const key = await newKey('rsa-2048');
        const old = await seal(key, { context: undefined });
        expect(old.ciphertext).toHaveLength(256);
        await rotate(key);
        const young = await seal(key, { context: {}, algorithm: 'rsaes-oaep-sha-1' });
        expect(await open(old.ciphertext, { key, context: undefined, version: 1 })).toMatchObject({
          plaintext,
          version: 1,
        });
        const opened = open(young.ciphertext, { key, context: undefined, algorithm: 'rsaes-oaep-sha-1' });
        expect(await opened).toMatchObject({ plaintext, version: 2 });
        await expect(open(old.ciphertext, { key, context: undefined })).rejects.toMatchObject({
          code: 'invalid-ciphertext',
        });
        await expect(open(old.ciphertext, { context: undefined })).rejects.toMatchObject({
          code: 'invalid-ciphertext',
        });
      });

      it('bind no context, wrap no data keys, and take only their own algorithms', async () => {
        const key = await newKey('rsa-2048');
        await expect(seal(key)).rejects.toMatchObject({ code: 'unsupported-operation' });
        await expect(seal(key, { context: undefined, algorithm: 'rsa' })).rejects.toMatchObject({
          code: 'invalid-request',
        });
        await expect(bed.kms.perform(dataKey, { keyring, key }, app)).rejects.toMatchObject({
          code: 'unsupported-operation',
        });
      });
    });

    describe('who may not use a key', () => {
      it('learns nothing of it: a known lineage and an unknown one are denied alike', async () => {
        const [own, foreign] = [await newKey(), await newKey()];
        const narrow = await bed.arriveAs('crypto-user', { keyring: bed.keyringId, key: own });
        const { ciphertext } = await seal(foreign);
        const unknown = Buffer.from(ciphertext);
        randomBytes(16).copy(unknown, 6);
        const refusals = [open(ciphertext, {}, narrow), open(unknown, {}, narrow)];
        const [known, missing] = await Promise.all(refusals.map((attempt) => attempt.catch((error: unknown) => error)));
        expect(known).toMatchObject({ code: 'permission-denied' });
        expect(missing).toEqual(known);
        expect((await open((await seal(own)).ciphertext, {}, narrow)).keyId).toBe(own);
        await expect(open(Buffer.from('damaged'), {}, narrow)).rejects.toMatchObject({ code: 'invalid-ciphertext' });
      });

      it('is told that an unknown lineage does not open, if every key of the keyring is theirs to decrypt with', async () => {
        const wide = await bed.arriveAs('decrypt-only', { keyring: bed.keyringId });
        const unknown = Buffer.from((await seal(await newKey())).ciphertext);
        randomBytes(16).copy(unknown, 6);
        await expect(open(unknown, {}, wide)).rejects.toMatchObject({ code: 'invalid-ciphertext' });
      });

      it('is denied before the ciphertext is looked at', async () => {
        const key = await newKey();
        const signer = await bed.arriveAs('sign-only');
        for (const more of [{ key }, {}]) {
          await expect(open(Buffer.from('damaged'), more, signer)).rejects.toMatchObject({ code: 'permission-denied' });
        }
        await expect(seal(key, {}, admin)).rejects.toMatchObject({ code: 'permission-denied' });
      });
    });
  });
}
