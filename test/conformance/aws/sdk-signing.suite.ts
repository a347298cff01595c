import { createHash, createPublicKey, diffieHellman, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import {
  DecapsulateCommand,
  DecryptCommand,
  DeriveSharedSecretCommand,
  EncapsulateCommand,
  EncryptCommand,
  GenerateMacCommand,
  GetPublicKeyCommand,
  SignCommand,
  VerifyCommand,
  VerifyMacCommand,
  type CreateKeyCommandInput,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClient, makeAwsKey } from '../../support/aws-client.js';
import type { Server } from '../../support/server.js';

const ARN = 'arn:aws:kms:us-east-1:000000000001:key/';
const MESSAGE = Buffer.from('hello');

const bytes = (given: Uint8Array | undefined): Buffer => Buffer.from(given ?? []);

const shake = (...parts: Buffer[]) =>
  createHash('shake256', { outputLength: 64 }).update(Buffer.concat(parts)).digest();

/** Keys that do not encrypt symmetrically. */
export function signingSuite(server: () => Server): void {
  let kms: KMSClient;

  beforeAll(async () => {
    kms = await awsClient(server());
  });
  afterAll(() => kms.destroy());

  const makeKey = (input?: CreateKeyCommandInput) => makeAwsKey(kms, input);

  describe('an asymmetric key', () => {
    it('of RSA encrypts by the algorithm that is named', async () => {
      const KeyId = await makeKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' });
      for (const EncryptionAlgorithm of ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] as const) {
        const sealed = await kms.send(new EncryptCommand({ KeyId, Plaintext: MESSAGE, EncryptionAlgorithm }));
        const asked = { KeyId, CiphertextBlob: sealed.CiphertextBlob, EncryptionAlgorithm };
        expect(bytes((await kms.send(new DecryptCommand(asked))).Plaintext)).toEqual(MESSAGE);
      }
      await expect(kms.send(new EncryptCommand({ KeyId, Plaintext: MESSAGE }))).rejects.toMatchObject({
        name: 'InvalidKeyUsageException',
        message: 'Algorithm SYMMETRIC_DEFAULT is incompatible with key spec RSA_2048.',
      });
      const sign = new SignCommand({ KeyId, Message: MESSAGE, SigningAlgorithm: 'RSASSA_PSS_SHA_256' });
      await expect(kms.send(sign)).rejects.toMatchObject({
        name: 'InvalidKeyUsageException',
        message: `${ARN}${KeyId} key usage is ENCRYPT_DECRYPT which is not valid for Sign.`,
      });
    });

    it.each([
      ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', 'sha256'],
      ['ECC_NIST_P256', 'ECDSA_SHA_256', 'sha256'],
      ['ECC_SECG_P256K1', 'ECDSA_SHA_256', 'sha256'],
      ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512', null],
    ] as const)('of %s signs by %s, as others verify', async (KeySpec, SigningAlgorithm, hash) => {
      const KeyId = await makeKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
      const asked = { KeyId, Message: MESSAGE, SigningAlgorithm };
      const { Signature } = await kms.send(new SignCommand(asked));
      expect(await kms.send(new VerifyCommand({ ...asked, Signature }))).toMatchObject({
        SignatureValid: true,
        KeyId: ARN + KeyId,
      });
      const { PublicKey, ...about } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      expect(about).toMatchObject({ KeyId: ARN + KeyId, KeySpec, KeyUsage: 'SIGN_VERIFY' });
      expect(about.SigningAlgorithms).toContain(SigningAlgorithm);
      const key = createPublicKey({ key: bytes(PublicKey), format: 'der', type: 'spki' });
      expect(verify(hash, MESSAGE, key, bytes(Signature))).toBe(true);
      await expect(
        kms.send(new VerifyCommand({ ...asked, Message: Buffer.from('other'), Signature })),
      ).rejects.toMatchObject({
        name: 'KMSInvalidSignatureException',
      });
      if (hash === null) return;
      const Message = createHash(hash).update(MESSAGE).digest();
      const ofDigest = await kms.send(new SignCommand({ ...asked, Message, MessageType: 'DIGEST' }));
      expect(verify(hash, MESSAGE, key, bytes(ofDigest.Signature))).toBe(true);
      await expect(
        kms.send(new SignCommand({ ...asked, Message: randomBytes(5), MessageType: 'DIGEST' })),
      ).rejects.toMatchObject({
        name: 'ValidationException',
      });
    });

    it('of Ed25519 signs digests too, by Ed25519ph', async () => {
      const KeyId = await makeKey({ KeySpec: 'ECC_NIST_EDWARDS25519', KeyUsage: 'SIGN_VERIFY' });
      const Message = createHash('sha512').update(MESSAGE).digest();
      const asked = { KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'ED25519_PH_SHA_512' } as const;
      const { Signature } = await kms.send(new SignCommand(asked));
      expect(await kms.send(new VerifyCommand({ ...asked, Signature }))).toMatchObject({ SignatureValid: true });
      const other = new VerifyCommand({ ...asked, Message: randomBytes(64), Signature });
      await expect(kms.send(other)).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
      for (const wrong of [{ MessageType: 'RAW' as const }, { Message: randomBytes(32) }]) {
        await expect(kms.send(new SignCommand({ ...asked, ...wrong }))).rejects.toMatchObject({
          name: 'ValidationException',
        });
      }
    });

    it('of ML-DSA signs a message, or its representative', async () => {
      const KeyId = await makeKey({ KeySpec: 'ML_DSA_44', KeyUsage: 'SIGN_VERIFY' });
      const asked = { KeyId, SigningAlgorithm: 'ML_DSA_SHAKE_256' } as const;
      const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
      // FIPS 204 6.2: the public key is the last 1,312 bytes, the context is empty.
      const mu = shake(shake(bytes(PublicKey).subarray(-1312)), Buffer.of(0, 0), MESSAGE);
      const ofMessage = { ...asked, Message: MESSAGE, MessageType: 'RAW' } as const;
      const ofMu = { ...asked, Message: mu, MessageType: 'EXTERNAL_MU' } as const;
      for (const [signed, verified] of [
        [ofMu, ofMessage],
        [ofMessage, ofMu],
      ] as const) {
        const { Signature } = await kms.send(new SignCommand(signed));
        expect(await kms.send(new VerifyCommand({ ...verified, Signature }))).toMatchObject({ SignatureValid: true });
        const other = new VerifyCommand({ ...ofMu, Message: randomBytes(64), Signature });
        await expect(kms.send(other)).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
      }
      const short = new SignCommand({ ...ofMu, Message: randomBytes(32) });
      await expect(kms.send(short)).rejects.toMatchObject({ name: 'ValidationException' });
    });

    it('agrees on secrets', async () => {
      const KeyId = await makeKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' });
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const PublicKey = own.publicKey.export({ format: 'der', type: 'spki' });
      const made = await kms.send(new DeriveSharedSecretCommand({ KeyId, PublicKey, KeyAgreementAlgorithm: 'ECDH' }));
      const theirs = await kms.send(new GetPublicKeyCommand({ KeyId }));
      const publicKey = createPublicKey({ key: bytes(theirs.PublicKey), format: 'der', type: 'spki' });
      expect(bytes(made.SharedSecret)).toEqual(diffieHellman({ privateKey: own.privateKey, publicKey }));
    });

    it('of ML-KEM encapsulates', async () => {
      const KeyId = await makeKey({
        KeySpec: 'ML_KEM_768',
        KeyUsage: 'ENCAPSULATE_DECAPSULATE',
      });
      const made = await kms.send(new EncapsulateCommand({ KeyId, EncapsulationAlgorithm: 'ML_KEM' }));
      const { SharedSecretCiphertextBlob } = made;
      const opened = await kms.send(
        new DecapsulateCommand({ KeyId, EncapsulationAlgorithm: 'ML_KEM', SharedSecretCiphertextBlob }),
      );
      expect(bytes(opened.SharedSecret)).toEqual(bytes(made.SharedSecret));
    });
  });

  it('a MAC key makes and verifies MACs by its own algorithm', async () => {
    const KeyId = await makeKey({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
    const asked = { KeyId, Message: MESSAGE, MacAlgorithm: 'HMAC_SHA_256' } as const;
    const { Mac } = await kms.send(new GenerateMacCommand(asked));
    expect(Mac).toHaveLength(32);
    expect(await kms.send(new VerifyMacCommand({ ...asked, Mac }))).toMatchObject({
      MacValid: true,
      KeyId: ARN + KeyId,
    });
    await expect(kms.send(new VerifyMacCommand({ ...asked, Mac: randomBytes(32) }))).rejects.toMatchObject({
      name: 'KMSInvalidMacException',
    });
    await expect(kms.send(new GenerateMacCommand({ ...asked, MacAlgorithm: 'HMAC_SHA_512' }))).rejects.toMatchObject({
      name: 'InvalidKeyUsageException',
      message: 'Algorithm HMAC_SHA_512 is incompatible with key spec HMAC_256.',
    });
  });
}
