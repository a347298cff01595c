import {
  constants,
  createHmac,
  createSecretKey,
  generateKeyPairSync,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { createPublicKey, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { unwrapKwp } from '../../../src/crypto/aes-kwp.js';
import type { KeySpec, KeyUsage } from '../../../src/crypto/key-spec.js';
import { wrapForExport } from '../../../src/crypto/key-wrapping.js';
import { Secret } from '../../../src/crypto/secret.js';
import type { Arrival } from '../../../src/operations/arrival.js';
import { decrypt } from '../../../src/operations/crypto/decrypt.js';
import { encrypt } from '../../../src/operations/crypto/encrypt.js';
import { mac } from '../../../src/operations/crypto/mac.js';
import { createKey } from '../../../src/operations/keys/create-key.js';
import { exportKey } from '../../../src/operations/keys/export-key.js';
import { importKey } from '../../../src/operations/keys/import-key.js';
import { importParameters } from '../../../src/operations/keys/import-parameters.js';
import type { TestBed } from '../../support/test-bed.js';

/** What is true wherever keys are stored. */
export function importSuite(place: string, makeBed: () => Promise<TestBed>): void {
  describe(`import and export, ${place}`, () => {
    const keyring = 'default';
    const OAEP = 'rsaes-oaep-sha-256';
    const KWP = 'rsa-aes-key-wrap-sha-256';
    const DAY_MS = 86_400_000;
    let bed: TestBed;
    let admin: Arrival;
    let app: Arrival;

    beforeAll(async () => {
      bed = await makeBed();
      admin = await bed.arriveAs('key-admin');
      app = await bed.arriveAs('crypto-user');
    });
    afterAll(() => bed.dispose());

    async function newKey(spec: KeySpec, more: object = { origin: 'imported' }, usage?: KeyUsage) {
      const input = { keyring, spec, ...more, ...(usage ? { usage } : {}) };
      return (await bed.kms.change(createKey, input, admin)).output.id;
    }

    const parameters = (key: string, algorithm: string = OAEP) =>
      bed.kms.perform(importParameters, { keyring, key, algorithm }, admin);
    const bring = (key: string, importToken: string, wrappedMaterial: Buffer, by = admin) =>
      bed.kms.change(importKey, { keyring, key, importToken, wrappedMaterial }, by);

    async function bringNew(key: string, material: Buffer) {
      const { importToken, publicKey } = await parameters(key);
      return bring(key, importToken, wrapByOaep(publicKey, material));
    }

    describe('import', () => {
      it('gives a key the material that was brought, as its primary version', async () => {
        const key = await newKey('hmac-sha-256');
        const message = Buffer.from('message');
        await expect(bed.kms.perform(mac, { keyring, key, message }, app)).rejects.toMatchObject({
          code: 'key-pending-import',
        });
        const material = randomBytes(48);
        const { importToken, publicKey, algorithm, expiresAt, keyId } = await parameters(key);
        expect({ algorithm, keyId }).toEqual({ algorithm: OAEP, keyId: key });
        expect(expiresAt.getTime()).toBe(bed.clock.now() + DAY_MS);
        expect(importToken).toMatch(/^kit_[0-9a-f]{24}_[0-9a-f]{64}$/);
        const { output } = await bring(key, importToken, wrapByOaep(publicKey, material));
        expect(output).toMatchObject({
          id: key,
          state: 'enabled',
          primaryVersion: 1,
          versionCount: 1,
          origin: 'imported',
        });
        const made = await bed.kms.perform(mac, { keyring, key, message }, app);
        expect(made.mac).toEqual(createHmac('sha256', material).update(message).digest());
        await expect(bring(key, importToken, wrapByOaep(publicKey, material))).rejects.toMatchObject({
          code: 'invalid-import-token',
        });
      });

      it('takes an RSA key by AES-KWP, and refuses plain OAEP for it', async () => {
        const key = await newKey('rsa-2048', { origin: 'imported' }, 'encrypt-decrypt');
        await expect(parameters(key)).rejects.toMatchObject({ code: 'invalid-request' });
        const { privateKey, publicKey: own } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        const { importToken, publicKey } = await parameters(key, KWP);
        const material = new Secret(privateKey.export({ type: 'pkcs8', format: 'der' }));
        await bring(key, importToken, await wrapForExport(publicKey, material, KWP));
        const ciphertext = publicEncrypt({ key: own, oaepHash: 'sha256' }, Buffer.from('for the holder'));
        const opened = await bed.kms.perform(decrypt, { keyring, key, ciphertext }, app);
        expect(opened.plaintext.toString()).toBe('for the holder');
      });

      it('takes the same material again, which changes nothing, and no other', async () => {
        const key = await newKey('aes-256-gcm');
        const material = randomBytes(32);
        await bringNew(key, material);
        const plaintext = Buffer.from('kept');
        const { ciphertext } = await bed.kms.perform(encrypt, { keyring, key, plaintext }, app);
        const before = await bed.deps.ledger.findKey(bed.keyringId, key);
        await expect(bringNew(key, randomBytes(32))).rejects.toMatchObject({ code: 'invalid-key-material' });
        await bringNew(key, material);
        const after = await bed.deps.ledger.findKey(bed.keyringId, key);
        expect(after?.versions[0]?.material).not.toEqual(before?.versions[0]?.material);
        expect(after?.versions[0]?.materialId).toEqual(before?.versions[0]?.materialId);
        expect((await bed.kms.perform(decrypt, { keyring, ciphertext }, app)).plaintext).toEqual(plaintext);
      });

      it('refuses a token for another key or caller, a false one, and one of yesterday, all alike', async () => {
        const [key, other] = [await newKey('aes-256-xaes'), await newKey('aes-256-xaes')];
        const colleague = await bed.arriveAs('key-admin');
        const { importToken, publicKey } = await parameters(key);
        const wrapped = wrapByOaep(publicKey, randomBytes(32));
        const falseSecret = importToken.slice(0, -64) + '0'.repeat(64);
        const tries = [
          () => bring(other, importToken, wrapped),
          () => bring(key, importToken, wrapped, colleague),
          () => bring(key, falseSecret, wrapped),
          () => bring(key, 'kit_', wrapped),
          async () => {
            bed.clock.advance(DAY_MS);
            return bring(key, importToken, wrapped);
          },
        ];
        const refusals: unknown[] = [];
        for (const attempt of tries) refusals.push(await attempt().catch((error: unknown) => error));
        expect(refusals[0]).toMatchObject({ code: 'invalid-import-token' });
        for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
        expect((await bed.deps.ledger.findKey(bed.keyringId, key))?.key.state).toBe('pending-import');
      });

      it('burns a token after five failures, with the right material too late', async () => {
        const key = await newKey('aes-256-xaes');
        const { importToken, publicKey } = await parameters(key);
        const wrong = [randomBytes(512), wrapByOaep(publicKey, randomBytes(31)), Buffer.alloc(0), randomBytes(512)];
        for (const wrapped of [...wrong, Buffer.from('x')]) {
          await expect(bring(key, importToken, wrapped)).rejects.toMatchObject({ code: 'invalid-key-material' });
        }
        const late = bring(key, importToken, wrapByOaep(publicKey, randomBytes(32)));
        await expect(late).rejects.toMatchObject({ code: 'invalid-import-token' });
      });

      it('lets one of two win that use a token at the same time', async () => {
        const key = await newKey('aes-256-xaes');
        const { importToken, publicKey } = await parameters(key);
        const wrapped = wrapByOaep(publicKey, randomBytes(32));
        const outcomes = await Promise.allSettled([1, 2].map(() => bring(key, importToken, wrapped)));
        expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(['fulfilled', 'rejected']);
      });

      it('does not open the private key of a token row that was given to another caller in the database', async () => {
        const key = await newKey('aes-256-xaes');
        const thief = await bed.arriveAs('key-admin');
        const { importToken, publicKey } = await parameters(key);
        const { importTokens } = bed.deps;
        const [, id = ''] = importToken.split('_');
        const row = await importTokens.find(id);
        if (!row || !(await importTokens.burn(id))) throw new Error('the token is not there');
        await importTokens.create({ ...row, callerId: thief.caller.id });
        const stolen = bring(key, importToken, wrapByOaep(publicKey, randomBytes(32)), thief);
        await expect(stolen).rejects.toMatchObject({ code: 'integrity-failure' });
      });

      it('is for keys that were made for it, by those who may', async () => {
        const generated = await newKey('aes-256-xaes', {});
        await expect(parameters(generated)).rejects.toMatchObject({ code: 'unsupported-operation' });
        const key = await newKey('aes-256-xaes');
        await expect(parameters(key, 'rsa')).rejects.toMatchObject({ code: 'invalid-request' });
        const denied = bed.kms.perform(importParameters, { keyring, key, algorithm: OAEP }, app);
        await expect(denied).rejects.toMatchObject({ code: 'permission-denied' });
      });
    });

    describe('export', () => {
      const receiver = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const spki = receiver.publicKey.export({ type: 'spki', format: 'der' });
      const opened = (bytes: Buffer) => privateDecrypt({ key: receiver.privateKey, oaepHash: 'sha256' }, bytes);
      const take = async (key: string, algorithm: string, publicKey: Buffer | string = spki, by = admin) =>
        (await bed.kms.change(exportKey, { keyring, key, algorithm, publicKey }, by)).output;

      it('wraps the material of an exportable key to the given public key', async () => {
        const key = await newKey('hmac-sha-512', { exportable: true });
        const pem = receiver.publicKey.export({ type: 'spki', format: 'pem' }).toString();
        const message = Buffer.from('message');
        const { mac: expected } = await bed.kms.perform(mac, { keyring, key, message }, app);
        for (const publicKey of [spki, pem]) {
          const taken = await take(key, OAEP, publicKey);
          expect(taken).toMatchObject({ keyId: key, version: 1, algorithm: OAEP });
          const material = opened(taken.wrappedMaterial);
          expect(createHmac('sha512', material).update(message).digest()).toEqual(expected);
        }
        const { wrappedMaterial } = await take(key, KWP);
        const kek = createSecretKey(opened(wrappedMaterial.subarray(0, 256)));
        expect(unwrapKwp(kek, wrappedMaterial.subarray(256))).toEqual(opened((await take(key, OAEP)).wrappedMaterial));
      });

      it('gives what an import takes', async () => {
        const key = await newKey('ecc-p256', { exportable: true }, 'sign-verify');
        const copy = await newKey('ecc-p256', { origin: 'imported' }, 'sign-verify');
        const { importToken, publicKey } = await parameters(copy, KWP);
        const { wrappedMaterial } = await take(key, KWP, publicKey);
        await bring(copy, importToken, wrappedMaterial);
        const [original, imported] = await Promise.all(
          [key, copy].map((id) => bed.deps.ledger.findKey(bed.keyringId, id)),
        );
        expect(imported?.versions[0]?.publicKey).toEqual(original?.versions[0]?.publicKey);
      });

      it('is refused for keys that are not exportable, other public keys, and whoever may not', async () => {
        const key = await newKey('aes-256-xaes', {});
        await expect(take(key, OAEP)).rejects.toMatchObject({ code: 'not-exportable' });
        const exportable = await newKey('aes-256-xaes', { exportable: true });
        const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
        await expect(take(exportable, OAEP, ed25519)).rejects.toMatchObject({ code: 'invalid-key-material' });
        await expect(take(exportable, OAEP, 'nonsense')).rejects.toMatchObject({ code: 'invalid-key-material' });
        await expect(take(exportable, OAEP, spki, app)).rejects.toMatchObject({ code: 'permission-denied' });
      });
    });
  });
}

/** As somebody would without our code. */
function wrapByOaep(spki: Buffer, material: Buffer): Buffer {
  const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, material);
}
