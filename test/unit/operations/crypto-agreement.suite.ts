import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Arrival } from '../../../src/operations/arrival.js';
import { algorithmFor } from '../../../src/crypto/algorithms.js';
import type { KeySpec, KeyUsage } from '../../../src/crypto/key-spec.js';
import { decapsulate } from '../../../src/operations/crypto/decapsulate.js';
import { deriveSharedSecret } from '../../../src/operations/crypto/derive-shared-secret.js';
import { encapsulate } from '../../../src/operations/crypto/encapsulate.js';
import { publicKey } from '../../../src/operations/crypto/public-key.js';
import { random } from '../../../src/operations/crypto/random.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import type { TestBed } from '../../support/test-bed.js';

/** What is true wherever keys are stored. */
export function agreementSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`agreement, KEM and random bytes, ${place}`, () => {
    const keyring = 'default';
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
    });
    afterAll(() => bed.dispose());

    async function newKey(spec: KeySpec, usage: KeyUsage) {
      const { output } = await bed.kms.change(createKey, { keyring, spec, usage }, admin);
      return output.id;
    }

    const rotate = (key: string) => bed.kms.change(rotateKey, { keyring, key }, admin);
    const publicKeyOf = async (key: string) =>
      createPublicKey({
        key: (await bed.kms.perform(publicKey, { keyring, key }, app)).publicKey,
        format: 'der',
        type: 'spki',
      });

    describe('derive-shared-secret', () => {
      it.each(['ecc-p256', 'x25519'] as const)('comes to the same secret as the other side, with %s', async (spec) => {
        const key = await newKey(spec, 'key-agreement');
        const other =
          spec === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
        const theirs = diffieHellman({ privateKey: other.privateKey, publicKey: await publicKeyOf(key) });
        const given = other.publicKey.export({ type: 'spki', format: 'der' });
        const derive = (more: object = {}) =>
          bed.kms.perform(deriveSharedSecret, { keyring, key, publicKey: given, ...more }, app);
        expect(await derive()).toEqual({ sharedSecret: theirs, keyId: key, version: 1 });
        await rotate(key);
        expect((await derive()).sharedSecret).not.toEqual(theirs);
        expect(await derive({ version: 1 })).toEqual({ sharedSecret: theirs, keyId: key, version: 1 });
      });

      it('refuses what is no public key of the same curve', async () => {
        const key = await newKey('ecc-p256', 'key-agreement');
        const other = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({
          type: 'spki',
          format: 'der',
        });
        for (const given of [other, Buffer.from('nonsense')]) {
          const refused = bed.kms.perform(deriveSharedSecret, { keyring, key, publicKey: given }, app);
          await expect(refused).rejects.toMatchObject({ code: 'invalid-request' });
        }
        const signing = await newKey('ecc-p256', 'sign-verify');
        const refused = bed.kms.perform(deriveSharedSecret, { keyring, key: signing, publicKey: other }, app);
        await expect(refused).rejects.toMatchObject({ code: 'unsupported-operation' });
      });
    });

    describe('encapsulate and decapsulate', () => {
      it('come to the same secret, here and for whoever has the public key, also after a rotation', async () => {
        const key = await newKey('ml-kem-768', 'encapsulate-decapsulate');
        const made = await bed.kms.perform(encapsulate, { keyring, key }, app);
        expect(made).toMatchObject({ keyId: key, version: 1 });
        const spki = (await bed.kms.perform(publicKey, { keyring, key }, app)).publicKey;
        const outside = await algorithmFor('ml-kem-768').loadPublic(spki).kem?.encapsulate();
        await rotate(key);
        const open = (ciphertext: Buffer, version?: number) =>
          bed.kms.perform(decapsulate, { keyring, key, ciphertext, ...(version ? { version } : {}) }, app);
        expect((await open(made.ciphertext, 1)).sharedSecret).toEqual(made.sharedSecret);
        expect((await open(outside?.ciphertext ?? Buffer.alloc(0), 1)).sharedSecret).toEqual(
          outside?.sharedSecret.bytes,
        );
        expect((await open(made.ciphertext)).sharedSecret).not.toEqual(made.sharedSecret);
        await expect(open(Buffer.alloc(5))).rejects.toMatchObject({ code: 'invalid-request' });
        const again = bed.kms.perform(encapsulate, { keyring, key, version: 1 }, app);
        await expect(again).rejects.toMatchObject({ code: 'unsupported-operation' });
      });
    });

    describe('random', () => {
      it('gives as many bytes as asked for, to whoever may use keys anywhere', async () => {
        const narrow = await bed.arriveAs('encrypt-only', { keyring: bed.keyringId });
        for (const bytes of [1, 32, 65_536]) {
          expect((await bed.kms.perform(random, { bytes }, narrow)).random).toHaveLength(bytes);
        }
        const [a, b] = await Promise.all([1, 2].map(() => bed.kms.perform(random, { bytes: 32 }, app)));
        expect(a).not.toEqual(b);
        for (const bytes of [0, 65_537, 1.5]) {
          await expect(bed.kms.perform(random, { bytes }, app)).rejects.toMatchObject({ code: 'invalid-request' });
        }
        const auditor = await bed.arriveAs('auditor');
        await expect(bed.kms.perform(random, { bytes: 32 }, auditor)).rejects.toMatchObject({
          code: 'permission-denied',
        });
      });
    });
  });
}
