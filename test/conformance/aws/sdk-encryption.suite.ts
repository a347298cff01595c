import { createPublicKey } from 'node:crypto';
import {
  CreateAliasCommand,
  DecryptCommand,
  DisableKeyCommand,
  DescribeKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyPairCommand,
  GenerateDataKeyPairWithoutPlaintextCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GenerateRandomCommand,
  GetKeyRotationStatusCommand,
  ListKeyRotationsCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  type CreateKeyCommandInput,
  type DryRunModifierType,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClient, makeAwsKey } from '../../support/aws-client.js';
import type { Server } from '../../support/server.js';

const ARN = 'arn:aws:kms:us-east-1:000000000001:key/';
const MESSAGE = Buffer.from('hello');

const bytes = (given: Uint8Array | undefined): Buffer => Buffer.from(given ?? []);

const told = async (sent: Promise<unknown>) => sent.catch(({ name }: Error) => name);

/** Encryption, data keys and rotation. */
export function encryptionSuite(server: () => Server): void {
  let kms: KMSClient;

  beforeAll(async () => {
    kms = await awsClient(server());
  });
  afterAll(() => kms.destroy());

  const makeKey = (input?: CreateKeyCommandInput) => makeAwsKey(kms, input);

  describe('a symmetric key', () => {
    it('encrypts and decrypts, by whatever it is named', async () => {
      const KeyId = await makeKey();
      await kms.send(new CreateAliasCommand({ AliasName: 'alias/crypt', TargetKeyId: KeyId }));
      const EncryptionContext = { b: '2', a: 'é' };
      const sealed = await kms.send(
        new EncryptCommand({ KeyId: 'alias/crypt', Plaintext: MESSAGE, EncryptionContext }),
      );
      expect(sealed).toMatchObject({ KeyId: ARN + KeyId, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' });
      const { CiphertextBlob } = sealed;
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
      for (const named of [undefined, KeyId, ARN + KeyId, 'alias/crypt']) {
        const asked = { CiphertextBlob, EncryptionContext: { a: 'é', b: '2' }, ...(named && { KeyId: named }) };
        const opened = await kms.send(new DecryptCommand(asked));
        expect(bytes(opened.Plaintext)).toEqual(MESSAGE);
        expect(opened).toMatchObject({ KeyId: ARN + KeyId, KeyMaterialId: KeyMetadata?.CurrentKeyMaterialId });
      }
      for (const EncryptionContext of [undefined, { a: 'é' }, { A: 'é', b: '2' }]) {
        await expect(kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))).rejects.toMatchObject({
          name: 'InvalidCiphertextException',
        });
      }
      const other = await makeKey();
      await expect(
        kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId: other })),
      ).rejects.toMatchObject({
        name: 'IncorrectKeyException',
        message: 'The key ID in the request does not identify a CMK that can perform this operation.',
      });
      const again = await kms.send(
        new ReEncryptCommand({
          CiphertextBlob,
          SourceEncryptionContext: EncryptionContext,
          SourceKeyId: KeyId,
          DestinationKeyId: other,
        }),
      );
      expect(again).toMatchObject({ SourceKeyId: ARN + KeyId, KeyId: ARN + other });
      const moved = await kms.send(new DecryptCommand({ CiphertextBlob: again.CiphertextBlob }));
      expect(bytes(moved.Plaintext)).toEqual(MESSAGE);
      expect(moved.KeyMaterialId).toBe(again.DestinationKeyMaterialId);
      const wrong = { CiphertextBlob, SourceEncryptionContext: EncryptionContext, SourceKeyId: other };
      await expect(kms.send(new ReEncryptCommand({ ...wrong, DestinationKeyId: other }))).rejects.toMatchObject({
        name: 'IncorrectKeyException',
      });
    });

    it('makes data keys and pairs', async () => {
      const KeyId = await makeKey();
      const open = async (CiphertextBlob: Uint8Array | undefined) =>
        bytes((await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: { a: 'b' } }))).Plaintext);
      const EncryptionContext = { a: 'b' };
      for (const [size, length] of [
        [{ KeySpec: 'AES_256' }, 32],
        [{ KeySpec: 'AES_128' }, 16],
        [{ NumberOfBytes: 100 }, 100],
      ] as const) {
        const made = await kms.send(new GenerateDataKeyCommand({ KeyId, EncryptionContext, ...size }));
        expect(made).toMatchObject({ KeyId: ARN + KeyId, KeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/) });
        expect(made.Plaintext).toHaveLength(length);
        expect(await open(made.CiphertextBlob)).toEqual(bytes(made.Plaintext));
      }
      const wrapped = await kms.send(
        new GenerateDataKeyWithoutPlaintextCommand({ KeyId, EncryptionContext, KeySpec: 'AES_256' }),
      );
      expect(wrapped).not.toHaveProperty('Plaintext');
      expect(await open(wrapped.CiphertextBlob)).toHaveLength(32);
      const both = new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', NumberOfBytes: 32 });
      for (const neither of [both, new GenerateDataKeyCommand({ KeyId })]) {
        await expect(kms.send(neither)).rejects.toMatchObject({ name: 'ValidationException' });
      }
      const pair = await kms.send(
        new GenerateDataKeyPairCommand({ KeyId, EncryptionContext, KeyPairSpec: 'ECC_NIST_P256' }),
      );
      const publicKey = createPublicKey({
        key: bytes(pair.PrivateKeyPlaintext),
        format: 'der',
        type: 'pkcs8',
      } as never);
      expect(publicKey.export({ format: 'der', type: 'spki' })).toEqual(bytes(pair.PublicKey));
      expect(await open(pair.PrivateKeyCiphertextBlob)).toEqual(bytes(pair.PrivateKeyPlaintext));
      const hidden = await kms.send(
        new GenerateDataKeyPairWithoutPlaintextCommand({
          KeyId,
          EncryptionContext,
          KeyPairSpec: 'ECC_NIST_EDWARDS25519',
        }),
      );
      expect(hidden).not.toHaveProperty('PrivateKeyPlaintext');
      const kem = await kms.send(
        new GenerateDataKeyPairCommand({ KeyId, EncryptionContext, KeyPairSpec: 'ML_KEM_768' }),
      );
      // RFC 9935: the seed form.
      expect(bytes(kem.PrivateKeyPlaintext).toString('hex')).toMatch(
        /^3054020100300b06096086480165030404020442.{132}$/,
      );
      expect(await open(kem.PrivateKeyCiphertextBlob)).toEqual(bytes(kem.PrivateKeyPlaintext));
      expect(hidden.KeyPairSpec).toBe('ECC_NIST_EDWARDS25519');
    });

    it('rotates, by itself and on demand, and opens what was sealed before', async () => {
      const KeyId = await makeKey();
      const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: MESSAGE }));
      expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({ KeyRotationEnabled: false });
      await kms.send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
      expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({
        KeyId: ARN + KeyId,
        KeyRotationEnabled: true,
        RotationPeriodInDays: 90,
        NextRotationDate: expect.any(Date),
      });
      await kms.send(new DisableKeyRotationCommand({ KeyId }));
      expect(await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).toMatchObject({ KeyRotationEnabled: false });
      expect(await kms.send(new RotateKeyOnDemandCommand({ KeyId }))).toMatchObject({ KeyId: ARN + KeyId });
      const { Rotations } = await kms.send(
        new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
      );
      expect(Rotations).toMatchObject([{ KeyMaterialState: 'CURRENT' }, { KeyMaterialState: 'NON_CURRENT' }]);
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata?.CurrentKeyMaterialId).toBe(Rotations?.[0]?.KeyMaterialId);
      const opened = await kms.send(new DecryptCommand({ CiphertextBlob }));
      expect(bytes(opened.Plaintext)).toEqual(MESSAGE);
      expect(opened.KeyMaterialId).toBe(Rotations?.[1]?.KeyMaterialId);
    });
  });

  it('random bytes come in the number that is asked for', async () => {
    expect((await kms.send(new GenerateRandomCommand({ NumberOfBytes: 7 }))).Plaintext).toHaveLength(7);
    await expect(kms.send(new GenerateRandomCommand({}))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'NumberOfBytes is required.',
    });
  });

  it('what an RSA key encrypted goes under another key, and back', async () => {
    const [rsa, KeyId] = [await makeKey({ KeySpec: 'RSA_2048', KeyUsage: 'ENCRYPT_DECRYPT' }), await makeKey()];
    const algorithm = 'RSAES_OAEP_SHA_256';
    const { CiphertextBlob } = await kms.send(
      new EncryptCommand({ KeyId: rsa, Plaintext: MESSAGE, EncryptionAlgorithm: algorithm }),
    );
    const input = { CiphertextBlob, SourceEncryptionAlgorithm: algorithm, DestinationKeyId: KeyId } as const;
    await expect(kms.send(new ReEncryptCommand(input))).rejects.toMatchObject({ name: 'ValidationException' });
    const DestinationEncryptionContext = { a: 'b' };
    const there = await kms.send(new ReEncryptCommand({ ...input, SourceKeyId: rsa, DestinationEncryptionContext }));
    expect(there).toMatchObject({
      SourceEncryptionAlgorithm: algorithm,
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    });
    const back = await kms.send(
      new ReEncryptCommand({
        CiphertextBlob: there.CiphertextBlob,
        SourceEncryptionContext: DestinationEncryptionContext,
        DestinationKeyId: rsa,
        DestinationEncryptionAlgorithm: algorithm,
      }),
    );
    const opened = await kms.send(
      new DecryptCommand({ CiphertextBlob: back.CiphertextBlob, KeyId: rsa, EncryptionAlgorithm: algorithm }),
    );
    expect(bytes(opened.Plaintext)).toEqual(MESSAGE);
    const wrong = { ...input, CiphertextBlob: there.CiphertextBlob, SourceKeyId: rsa };
    await expect(kms.send(new ReEncryptCommand(wrong))).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  });

  it('a dry run does all but answer', async () => {
    const [KeyId, DryRun, Plaintext] = [await makeKey(), true, MESSAGE];
    expect(await told(kms.send(new EncryptCommand({ KeyId, Plaintext, DryRun })))).toBe('DryRunOperationException');
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext }));
    expect(await told(kms.send(new DecryptCommand({ CiphertextBlob, DryRun })))).toBe('DryRunOperationException');
    const changed = bytes(CiphertextBlob);
    changed[changed.length - 1]! ^= 1;
    const tampered = new DecryptCommand({ CiphertextBlob: changed, DryRun });
    expect(await told(kms.send(tampered))).toBe('InvalidCiphertextException');
    const absent = new EncryptCommand({ KeyId: 'alias/none', Plaintext, DryRun });
    expect(await told(kms.send(absent))).toBe('NotFoundException');
    const DryRunModifiers: DryRunModifierType[] = ['IGNORE_CIPHERTEXT'];
    const dry = { DryRun, DryRunModifiers };
    for (const command of [
      new DecryptCommand({ KeyId, ...dry }),
      new ReEncryptCommand({ SourceKeyId: KeyId, DestinationKeyId: KeyId, ...dry }),
      new DecryptCommand({ KeyId, CiphertextBlob: changed, ...dry }),
    ])
      expect(await told(kms.send(command as DecryptCommand))).toBe('DryRunOperationException');
    for (const command of [
      new DecryptCommand({ KeyId, CiphertextBlob, DryRunModifiers }),
      new DecryptCommand({ CiphertextBlob, ...dry }),
    ])
      expect(await told(kms.send(command))).toBe('ValidationException');
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect(await told(kms.send(new DecryptCommand({ KeyId, ...dry })))).toBe('DisabledException');
  });
}
