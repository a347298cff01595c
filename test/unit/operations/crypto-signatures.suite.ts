import { createHash, createHmac, createPublicKey, verify as nodeVerify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KeySpec, KeyUsage } from '../../../src/crypto/key-spec.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { jwks } from '../../../src/operations/crypto/jwks.js';
import { mac } from '../../../src/operations/crypto/mac.js';
import { publicKey } from '../../../src/operations/crypto/public-key.js';
import { sign } from '../../../src/operations/crypto/sign.js';
import { verifyMac } from '../../../src/operations/crypto/verify-mac.js';
import { verify } from '../../../src/operations/crypto/verify.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { disableKey } from '../../../src/operations/keys/disable-key.js';
import { enableKey } from '../../../src/operations/keys/enable-key.js';
import { rotateKey } from '../../../src/operations/keys/rotate-key.js';
import { disableVersion } from '../../../src/operations/versions/disable-version.js';
import { retireVersion } from '../../../src/operations/versions/retire-version.js';
import { revokeVersion } from '../../../src/operations/versions/revoke-version.js';
import type { TestBed } from '../../support/test-bed.js';

/** What is true wherever keys are stored. */
export function signaturesSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`signatures, MACs and public keys, ${place}`, () => {
    const keyring = 'default';
    const message = Buffer.from('pay 100 to Bob');
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
    });
    afterAll(() => bed.dispose());

    async function newKey(spec: KeySpec, usage: KeyUsage = 'sign-verify', more: object = {}) {
      const { output } = await bed.kms.change(createKey, { keyring, spec, usage, ...more }, admin);
      return output.id;
    }

    const rotate = (key: string) => bed.kms.change(rotateKey, { keyring, key }, admin);
    const revoke = (key: string, version: number) =>
      bed.kms.change(revokeVersion, { keyring, key, version, reason: 'compromised' }, admin);
    const signed = (key: string, more: object = { message }) => bed.kms.perform(sign, { keyring, key, ...more }, app);
    const verdict = (key: string, signature: Buffer, more: object = { message }) =>
      bed.kms.perform(verify, { keyring, key, signature, ...more }, app);

    const kids = async (ref = keyring) => (await jwks(bed.deps, ref)).keys.map((key) => key.kid);

    describe('sign and verify', () => {
      it('answer the default algorithm, and a signature that anybody can verify with the public key', async () => {
        const key = await newKey('ecc-p256');
        const { signature, algorithm, keyId, version } = await signed(key);
        expect({ algorithm, keyId, version }).toEqual({ algorithm: 'ecdsa-sha-256', keyId: key, version: 1 });
        const { pem } = await bed.kms.perform(publicKey, { keyring, key }, app);
        expect(nodeVerify('sha256', message, pem, signature)).toBe(true);
        expect(await verdict(key, signature)).toEqual({ valid: true, version: 1, keyId: expect.any(String) });
        expect(await verdict(key, signature, { message: Buffer.from('pay 900 to Bob') })).toEqual({ valid: false });
      });

      it('take a digest instead, which is not hashed again', async () => {
        const key = await newKey('ecc-p256');
        const digest = createHash('sha256').update(message).digest();
        const { signature } = await signed(key, { digest });
        expect(await verdict(key, signature)).toEqual({ valid: true, version: 1, keyId: expect.any(String) });
        expect(await verdict(key, signature, { digest })).toEqual({
          valid: true,
          version: 1,
          keyId: expect.any(String),
        });
        for (const more of [{}, { message, digest }]) {
          await expect(signed(key, more)).rejects.toMatchObject({ code: 'invalid-request' });
        }
        await expect(signed(key, { digest: Buffer.alloc(20) })).rejects.toMatchObject({ code: 'invalid-request' });
      });

      it('know a signature from before a rotation by itself, and sign with the new version only', async () => {
        const key = await newKey('ed25519');
        const old = await signed(key);
        await rotate(key);
        const young = await signed(key);
        expect(young.version).toBe(2);
        expect(await verdict(key, old.signature)).toEqual({ valid: true, version: 1, keyId: expect.any(String) });
        expect(await verdict(key, young.signature)).toEqual({ valid: true, version: 2, keyId: expect.any(String) });
        expect(await verdict(key, old.signature, { message, version: 2 })).toEqual({ valid: false });
        await expect(signed(key, { message, version: 1 })).rejects.toMatchObject({ code: 'unsupported-operation' });
      });

      it('do not count a signature by a version that was retired, disabled or revoked, and say so when it is named', async () => {
        const key = await newKey('ed25519');
        const signatures: Buffer[] = [];
        for (let version = 1; version <= 4; version++) {
          signatures.push((await signed(key)).signature);
          await rotate(key);
        }
        await bed.kms.change(retireVersion, { keyring, key, version: 1 }, admin);
        await bed.kms.change(disableVersion, { keyring, key, version: 2 }, admin);
        await revoke(key, 3);
        for (const [index, code] of ['version-retired', 'version-disabled', 'version-revoked'].entries()) {
          const signature = signatures[index] ?? Buffer.alloc(0);
          expect(await verdict(key, signature)).toEqual({ valid: false });
          const named = verdict(key, signature, { message, version: index + 1 });
          await expect(named).rejects.toMatchObject({ code });
        }
        expect(await verdict(key, signatures[3] ?? Buffer.alloc(0))).toEqual({
          valid: true,
          version: 4,
          keyId: expect.any(String),
        });
        await bed.kms.change(disableKey, { keyring, key }, admin);
        await expect(verdict(key, signatures[3] ?? Buffer.alloc(0))).rejects.toMatchObject({ code: 'key-disabled' });
      });

      it('refuse an algorithm that is not of the key, and a key of another usage', async () => {
        const key = await newKey('ecc-p256');
        const more = { message, algorithm: 'ed25519' };
        await expect(signed(key, more)).rejects.toMatchObject({ code: 'invalid-request' });
        await expect(verdict(key, Buffer.alloc(64), more)).rejects.toMatchObject({ code: 'invalid-request' });
        const agreement = await newKey('ecc-p256', 'key-agreement');
        await expect(signed(agreement)).rejects.toMatchObject({ code: 'unsupported-operation' });
      });

      it('try the newest 32 versions; an older one is named', async () => {
        const key = await newKey('ed25519');
        const { signature } = await signed(key);
        for (let version = 2; version <= 33; version++) await rotate(key);
        expect(await verdict(key, signature)).toEqual({ valid: false });
        expect(await verdict(key, signature, { message, version: 1 })).toEqual({
          valid: true,
          version: 1,
          keyId: expect.any(String),
        });
      });

      it('leave a record that says with which version', async () => {
        const key = await newKey('ed25519');
        const { signature } = await signed(key);
        await rotate(key);
        await verdict(key, signature);
        const [record] = await bed.deps.journal.query({ operation: 'verify', key, limit: 1 });
        expect(record).toMatchObject({ outcome: 'success', version: 1, detail: { valid: true } });
      });
    });

    describe('mac and verify-mac', () => {
      it('are HMAC, and know a MAC from before a rotation', async () => {
        const { output } = await bed.kms.change(createKey, { keyring, spec: 'hmac-sha-256' }, admin);
        const key = output.id;
        const old = await bed.kms.perform(mac, { keyring, key, message }, app);
        expect(old).toMatchObject({ keyId: key, version: 1 });
        expect(old.mac).toHaveLength(32);
        await rotate(key);
        const check = (value: Buffer, more: object = {}) =>
          bed.kms.perform(verifyMac, { keyring, key, message, mac: value, ...more }, app);
        expect(await check(old.mac)).toEqual({ valid: true, version: 1, keyId: expect.any(String) });
        expect(await check(old.mac, { version: 2 })).toEqual({ valid: false });
        expect(await check(old.mac.subarray(0, 16))).toEqual({ valid: false });
        expect(await check(createHmac('sha256', 'other').update(message).digest())).toEqual({ valid: false });
        await expect(bed.kms.perform(mac, { keyring, key, message, version: 1 }, app)).rejects.toMatchObject({
          code: 'unsupported-operation',
        });
        await revoke(key, 1);
        expect(await check(old.mac)).toEqual({ valid: false });
      });
    });

    describe('public keys', () => {
      it('come in every form, for the version asked for', async () => {
        const key = await newKey('ecc-p384');
        await rotate(key);
        const first = await bed.kms.perform(publicKey, { keyring, key, version: 1 }, app);
        const primary = await bed.kms.perform(publicKey, { keyring, key, format: 'jwk' }, app);
        expect(primary).toMatchObject({ keyId: key, version: 2, spec: 'ecc-p384', usage: 'sign-verify' });
        expect(primary.jwk).toMatchObject({ kty: 'EC', crv: 'P-384', alg: 'ES384', use: 'sig', kid: `${key}.2` });
        expect(first.publicKey).not.toEqual(primary.publicKey);
        for (const { publicKey: spki, pem, jwk } of [first, primary]) {
          for (const form of [createPublicKey(pem), createPublicKey({ key: { ...jwk }, format: 'jwk' })]) {
            expect(form.export({ type: 'spki', format: 'der' })).toEqual(spki);
          }
        }
      });

      it('are not there for symmetric keys, nor of a version that may not be used', async () => {
        const { output } = await bed.kms.change(createKey, { keyring }, admin);
        const symmetric = bed.kms.perform(publicKey, { keyring, key: output.id }, app);
        await expect(symmetric).rejects.toMatchObject({ code: 'unsupported-operation' });
        const key = await newKey('ed25519');
        await rotate(key);
        await revoke(key, 1);
        const revoked = bed.kms.perform(publicKey, { keyring, key, version: 1 }, app);
        await expect(revoked).rejects.toMatchObject({ code: 'version-revoked' });
      });
    });

    describe('the JWKS of a keyring', () => {
      it('has the active versions of enabled published keys, and loses a revoked one at once', async () => {
        await newKey('ecc-p256');
        expect(await kids()).toEqual([]);
        const first = await newKey('ecc-p256', 'sign-verify', { published: true });
        const second = await newKey('ed25519', 'sign-verify', { published: true });
        await rotate(first);
        expect(await kids()).toEqual([`${second}.1`, `${first}.2`, `${first}.1`]);
        expect(await kids(bed.keyringId)).toEqual(await kids());
        await bed.kms.change(disableKey, { keyring, key: second }, admin);
        expect(await kids()).toEqual([`${first}.2`, `${first}.1`]);
        await revoke(first, 1);
        expect(await kids()).toEqual([`${first}.2`]);
        await bed.kms.change(enableKey, { keyring, key: second }, admin);
        expect(await kids()).toEqual([`${second}.1`, `${first}.2`]);
      });

      it('is read once for many who ask at a time, and anew for whoever asks later', async () => {
        const reads = jest.spyOn(bed.deps.ledger, 'listKeys');
        const sets = await Promise.all(Array.from({ length: 50 }, () => jwks(bed.deps, keyring)));
        expect(reads).toHaveBeenCalledTimes(2);
        for (const set of sets) expect(set).toEqual(sets[0]);
        await jwks(bed.deps, keyring);
        expect(reads).toHaveBeenCalledTimes(3);
        reads.mockRestore();
      });

      it('of a keyring that is not there is empty, like that of one that publishes nothing', async () => {
        expect(await jwks(bed.deps, 'nowhere')).toEqual({ keys: [] });
      });
    });
  });
}
