import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { unwrapMaterial, wrapMaterial, type KeysteadClient } from '../../src/client/client.js';
import { failureOf } from '../unit/client/failure.js';
import { Clients } from './clients.js';

let clients: Clients;
let keyAdmin: KeysteadClient;
let app: KeysteadClient;
let auditor: KeysteadClient;

beforeAll(async () => {
  clients = await Clients.start();
  ({ keyAdmin, app, auditor } = clients);
});
afterAll(() => clients.server.remove());

describe('crypto operations', () => {
  it.each(['aes-256-xaes', 'aes-256-gcm', 'aes-128-gcm', 'chacha20-poly1305'])(
    '%s encrypts, decrypts and re-encrypts',
    async (spec) => {
      const [key, other] = [await clients.makeKey(spec), await clients.makeKey('aes-256-xaes')];
      const context = { tenant: 'a', ключ: 'ü' };
      const plaintext = randomBytes(1_000);
      const { ciphertext, version } = await app.encrypt(key, { plaintext, context });
      expect(version).toBe(1);
      expect((await app.decrypt({ ciphertext, context })).plaintext).toEqual(plaintext);
      expect((await app.decrypt({ ciphertext, context, key })).plaintext).toEqual(plaintext);
      expect((await failureOf(app.decrypt({ ciphertext }))).code).toBe('invalid-ciphertext');
      expect((await failureOf(app.decrypt({ ciphertext, context, key: other }))).status).toBe(400);
      const moved = await app.reEncrypt(other, { ciphertext, context, newContext: { tenant: 'b' } });
      expect(
        (await app.decrypt({ ciphertext: moved.ciphertext, context: { tenant: 'b' }, key: other })).plaintext,
      ).toEqual(plaintext);
    },
  );

  it.each(['ecc-p256', 'ecc-p384', 'ed25519', 'ml-dsa-65', 'rsa-2048'])(
    '%s signs, verifies and shows its public half',
    async (spec) => {
      const key = await clients.makeKey(spec, { usage: 'sign-verify' });
      const message = Buffer.from('the message');
      const { signature } = await app.sign(key, { message });
      await keyAdmin.keys.rotate(key);
      expect(await app.verify(key, { message, signature })).toMatchObject({ valid: true, version: 1 });
      expect((await app.verify(key, { message: Buffer.from('another'), signature })).valid).toBe(false);
      const { publicKey, pem } = await app.keys.publicKey(key, { format: 'pem', version: 1 });
      expect(pem).toContain('BEGIN PUBLIC KEY');
      if (spec === 'ed25519') {
        expect(verify(null, message, createPublicKey({ key: publicKey, format: 'der', type: 'spki' }), signature)).toBe(
          true,
        );
      }
    },
  );

  it('hmac-sha-256 makes and verifies MACs, also after a rotation', async () => {
    const key = await clients.makeKey('hmac-sha-256');
    const message = randomBytes(100);
    const { mac } = await app.mac(key, { message });
    expect(mac).toHaveLength(32);
    await keyAdmin.keys.rotate(key);
    expect(await app.verifyMac(key, { message, mac })).toMatchObject({ valid: true, version: 1 });
    expect((await app.verifyMac(key, { message, mac: randomBytes(32) })).valid).toBe(false);
  });

  it('x25519 agrees, ml-kem-768 encapsulates', async () => {
    const [one, two, kem] = [
      await clients.makeKey('x25519'),
      await clients.makeKey('x25519'),
      await clients.makeKey('ml-kem-768'),
    ];
    const [ours, theirs] = [(await app.keys.publicKey(one)).publicKey, (await app.keys.publicKey(two)).publicKey];
    const { sharedSecret } = await app.deriveSharedSecret(one, { publicKey: theirs });
    expect((await app.deriveSharedSecret(two, { publicKey: ours })).sharedSecret).toEqual(sharedSecret);
    const sealed = await app.encapsulate(kem);
    expect((await app.decapsulate(kem, { ciphertext: sealed.ciphertext })).sharedSecret).toEqual(sealed.sharedSecret);
  });

  it('data keys and pairs open again; random bytes are random', async () => {
    const key = await clients.makeKey('aes-256-xaes');
    const dataKey = await app.dataKey(key, { bytes: 64, context: { a: 'b' } });
    expect((await app.decrypt({ ciphertext: dataKey.ciphertext, context: { a: 'b' } })).plaintext).toEqual(
      dataKey.plaintext,
    );
    expect((await app.dataKey(key, { plaintext: false })).plaintext).toBeUndefined();
    const pair = await app.dataKeyPair(key, { spec: 'ecc-p256' });
    expect((await app.decrypt({ ciphertext: pair.ciphertext })).plaintext).toEqual(pair.privateKey);
    const [a, b] = [await app.random(32), await app.random(32)];
    expect(a).toHaveLength(32);
    expect(a).not.toEqual(b);
  });

  it('come as batches with a result per item', async () => {
    const key = await clients.makeKey('aes-256-xaes');
    const items = Array.from({ length: 500 }, (_, i) => ({
      plaintext: Buffer.from(`item ${i}`),
      context: { i: String(i) },
    }));
    const encrypted = await app.batch.encrypt(key, items);
    const ciphertexts = encrypted.map((result, i) => ({
      ciphertext: result.ok ? result.value.ciphertext : Buffer.alloc(0),
      context: { i: i === 7 ? 'other' : String(i) },
    }));
    const opened = await app.batch.decrypt(ciphertexts);
    for (const [i, result] of opened.entries()) {
      if (i === 7) expect(result).toMatchObject({ ok: false, error: { code: 'invalid-ciphertext' } });
      else expect(result).toMatchObject({ ok: true, value: { plaintext: Buffer.from(`item ${i}`) } });
    }
  });
});

describe('envelope encryption', () => {
  const context = { file: 'big' };

  it('of buffers and streams survives a rotation and a rewrap', async () => {
    const [key, archive] = [await clients.makeKey('aes-256-xaes'), await clients.makeKey('aes-256-xaes')];
    const plaintext = randomBytes(3_000_000);
    const file = await app.encryptBuffer(key, plaintext, { context });
    await keyAdmin.keys.rotate(key);
    expect((await app.decryptBuffer(file, { context })).equals(plaintext)).toBe(true);
    expect(
      (await app.decryptRange(file, 2_000_000, 2_000_100, { context })).equals(
        plaintext.subarray(2_000_000, 2_000_100),
      ),
    ).toBe(true);
    const { oldBytes, header } = await app.rewrapFileHeader(file, archive, { context });
    await keyAdmin.keys.disable(key);
    expect((await failureOf(app.decryptBuffer(file, { context }))).code).toBe('key-disabled');
    const renewed = Buffer.concat([header, file.subarray(oldBytes)]);
    expect((await app.decryptBuffer(renewed, { context })).equals(plaintext)).toBe(true);
    expect((await failureOf(app.decryptBuffer(renewed))).code).toBe('invalid-ciphertext');
  });

  it('with a cache of data keys asks the service once', async () => {
    const key = await clients.makeKey('aes-256-xaes');
    const cached = app.with({ dataKeyCache: { maxAgeMs: 60_000, maxMessages: 100 } });
    // The records have the database's time.
    const since = new Date(Date.now() - 60_000);
    const files = await Promise.all(
      Array.from({ length: 50 }, (_, i) => cached.encryptBuffer(key, Buffer.from(`record ${i}`))),
    );
    const records = await auditor.audit.records({ key, operation: 'data-key', since });
    expect(records.items).toHaveLength(1);
    for (const [i, file] of files.entries()) expect((await cached.decryptBuffer(file)).toString()).toBe(`record ${i}`);
    cached.forgetDataKeys();
  });
});

describe('import and export', () => {
  it.each(['rsaes-oaep-sha-256', 'rsa-aes-key-wrap-sha-256'] as const)(
    'by %s bring material in and out',
    async (algorithm) => {
      const material = randomBytes(32);
      const key = await clients.makeKey('aes-256-gcm', { origin: 'imported', exportable: true });
      expect((await keyAdmin.keys.get(key)).state).toBe('pending-import');
      const { importToken, publicKey } = await keyAdmin.keys.importParameters(key, algorithm);
      await keyAdmin.keys.importMaterial(key, {
        importToken,
        wrappedMaterial: wrapMaterial(publicKey, algorithm, material),
      });
      expect(await keyAdmin.keys.get(key)).toMatchObject({ state: 'enabled', origin: 'imported' });
      const { ciphertext } = await app.encrypt(key, { plaintext: Buffer.from('x') });
      expect((await app.decrypt({ ciphertext })).plaintext.toString()).toBe('x');
      const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });
      const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
      const exported = await keyAdmin.keys.exportMaterial(key, { publicKey: spki, algorithm });
      expect(unwrapMaterial(pair.privateKey, algorithm, exported.wrappedMaterial)).toEqual(material);
    },
  );
});
