import {
  constants,
  createCipheriv,
  createPublicKey,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  verify,
} from 'node:crypto';
import {
  CreateKeyCommand,
  DecryptCommand,
  DeleteImportedKeyMaterialCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetParametersForImportCommand,
  GetPublicKeyCommand,
  ImportKeyMaterialCommand,
  ListKeyRotationsCommand,
  ReplicateKeyCommand,
  RotateKeyOnDemandCommand,
  SignCommand,
  type GetParametersForImportCommandInput,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClient, makeAwsKey } from '../../support/aws-client.js';
import type { Server } from '../../support/server.js';

const KWP_IV = Buffer.from('a65959a6', 'hex');
const RSA = { modulusLength: 2048 };
const P384 = { namedCurve: 'P-384' };
const BY = { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_2048' } as const;
type By = Pick<GetParametersForImportCommandInput, 'WrappingAlgorithm' | 'WrappingKeySpec'>;

/** RFC 5649 for what does not fit under an RSA key by itself. */
function wrap(by: By, publicKey: Uint8Array | undefined, material: Buffer): Buffer {
  const key = createPublicKey({ key: Buffer.from(publicKey ?? []), format: 'der', type: 'spki' });
  expect(key.asymmetricKeyDetails?.modulusLength).toBe(Number(by.WrappingKeySpec?.slice(4)));
  const oaepHash = by.WrappingAlgorithm?.endsWith('SHA_1') ? 'sha1' : 'sha256';
  const seal = (bytes: Buffer) => publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, bytes);
  if (!by.WrappingAlgorithm?.startsWith('RSA_AES')) return seal(material);
  const kek = randomBytes(32);
  const cipher = createCipheriv('id-aes256-wrap-pad', kek, KWP_IV);
  return Buffer.concat([seal(kek), cipher.update(material), cipher.final()]);
}

async function bringTo(client: KMSClient, KeyId: string, material: Buffer, more: object, by: By = BY) {
  const { ImportToken, PublicKey } = await client.send(new GetParametersForImportCommand({ KeyId, ...by }));
  const EncryptedKeyMaterial = wrap(by, PublicKey, material);
  return client.send(new ImportKeyMaterialCommand({ KeyId, ImportToken, EncryptedKeyMaterial, ...more }));
}

/** Material of one’s own. */
export function importsSuite(server: () => Server): void {
  let kms: KMSClient;

  beforeAll(async () => {
    kms = await awsClient(server());
  });
  afterAll(() => kms.destroy());

  const makeKey = (Origin: 'AWS_KMS' | 'EXTERNAL') => makeAwsKey(kms, { Origin });

  it('material of one’s own is imported as on AWS', async () => {
    const KeyId = await makeKey('EXTERNAL');
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata).toMatchObject({ KeyState: 'PendingImport', Origin: 'EXTERNAL', Enabled: false });
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }))).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
      message: `${KeyMetadata?.Arn} is pending import.`,
    });
    const WrappingAlgorithm = 'RSAES_OAEP_SHA_256';
    const old = new GetParametersForImportCommand({
      KeyId,
      WrappingAlgorithm: 'RSAES_PKCS1_V1_5',
      WrappingKeySpec: 'RSA_3072',
    });
    await expect(kms.send(old)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
    const by = { WrappingAlgorithm, WrappingKeySpec: 'RSA_3072' } as const;
    const asked = new GetParametersForImportCommand({ KeyId, ...by });
    const { ImportToken, PublicKey, ParametersValidTo } = await kms.send(asked);
    expect(ParametersValidTo?.getTime()).toBeGreaterThan(Date.now());
    const material = { KeyId, ImportToken, EncryptedKeyMaterial: wrap(by, PublicKey, randomBytes(32)) };
    for (const ValidTo of [undefined, new Date(Date.now() + 400 * 86_400_000), new Date(1)]) {
      const wrong = new ImportKeyMaterialCommand({ ...material, ValidTo });
      await expect(kms.send(wrong)).rejects.toMatchObject({ name: 'ValidationException' });
    }
    const lasting = new ImportKeyMaterialCommand({ ...material, ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' });
    expect(await kms.send(lasting)).toMatchObject({ KeyId: KeyMetadata?.Arn });
    await expect(kms.send(lasting)).rejects.toMatchObject({ name: 'InvalidImportTokenException' });
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }));
    expect(Buffer.from((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []).toString()).toBe('a');
  });

  it('material that was deleted comes again, and only the same', async () => {
    const KeyId = await makeKey('EXTERNAL');
    const bring = (material: Buffer, expiry: object) => bringTo(kms, KeyId, material, expiry);
    const material = randomBytes(32);
    const ValidTo = new Date(Math.floor(Date.now() / 1000) * 1000 + 86_400_000);
    const { KeyMaterialId } = await bring(material, { ValidTo });
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).toMatchObject({
      ExpirationModel: 'KEY_MATERIAL_EXPIRES',
      ValidTo,
      KeyState: 'Enabled',
    });
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }));
    const decrypt = () => kms.send(new DecryptCommand({ CiphertextBlob }));
    const deleted = await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId }));
    expect(deleted).toMatchObject({ KeyMaterialId, KeyId: expect.stringContaining(KeyId) });
    await expect(decrypt()).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState).toBe('PendingImport');
    const lasting = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' };
    await expect(bring(randomBytes(32), lasting)).rejects.toMatchObject({ name: 'IncorrectKeyMaterialException' });
    await bring(material, lasting);
    expect(Buffer.from((await decrypt()).Plaintext ?? []).toString()).toBe('a');
    const made = new DeleteImportedKeyMaterialCommand({ KeyId: await makeKey('AWS_KMS') });
    await expect(kms.send(made)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
  });

  const LASTING = { ExpirationModel: 'KEY_MATERIAL_DOES_NOT_EXPIRE' } as const;
  const NEW = { ...LASTING, ImportType: 'NEW_KEY_MATERIAL' } as const;

  const materialsOf = async (KeyId: string, client = kms) =>
    (await client.send(new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }))).Rotations;
  const stateOf = async (KeyId: string) => (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  const seal = async (KeyId: string) =>
    (await kms.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }))).CiphertextBlob;
  const open = async (CiphertextBlob: Uint8Array | undefined, client = kms) =>
    Buffer.from((await client.send(new DecryptCommand({ CiphertextBlob }))).Plaintext ?? []).toString();
  const rotate = (KeyId: string) => kms.send(new RotateKeyOnDemandCommand({ KeyId }));

  describe('several materials of one key', () => {
    it('wait for their rotation, and all are needed from then on', async () => {
      const KeyId = await makeKey('EXTERNAL');
      const [one, two] = [randomBytes(32), randomBytes(32)];
      const first = await bringTo(kms, KeyId, one, { ...LASTING, KeyMaterialDescription: 'one' });
      const old = await seal(KeyId);
      await expect(rotate(KeyId)).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
      const second = await bringTo(kms, KeyId, two, { ...NEW, KeyMaterialDescription: 'two' });
      expect(second.KeyMaterialId).not.toBe(first.KeyMaterialId);
      const imported = { ImportState: 'IMPORTED', ...LASTING };
      expect(await materialsOf(KeyId)).toMatchObject([
        { KeyMaterialId: second.KeyMaterialId, KeyMaterialState: 'PENDING_ROTATION', KeyMaterialDescription: 'two' },
        { KeyMaterialId: first.KeyMaterialId, KeyMaterialState: 'CURRENT', KeyMaterialDescription: 'one', ...imported },
      ]);
      expect((await kms.send(new ListKeyRotationsCommand({ KeyId }))).Rotations).toEqual([]);
      const third = bringTo(kms, KeyId, randomBytes(32), NEW);
      await expect(third).rejects.toMatchObject({ name: 'KMSInvalidStateException' });

      await rotate(KeyId);
      const { CurrentKeyMaterialId } = (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata ?? {};
      expect(CurrentKeyMaterialId).toBe(second.KeyMaterialId);
      expect((await kms.send(new ListKeyRotationsCommand({ KeyId }))).Rotations).toMatchObject([
        { KeyMaterialId: second.KeyMaterialId, RotationType: 'ON_DEMAND', RotationDate: expect.any(Date) },
      ]);
      const recent = await seal(KeyId);
      expect([await open(old), await open(recent)]).toEqual(['a', 'a']);

      for (const { KeyMaterialId } of [first, second]) {
        const deleted = await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: KeyMaterialId! }));
        expect(deleted.KeyMaterialId).toBe(KeyMaterialId);
      }
      expect(await stateOf(KeyId)).toBe('PendingImport');
      const wrong = { ...LASTING, KeyMaterialId: second.KeyMaterialId };
      await expect(bringTo(kms, KeyId, one, wrong)).rejects.toMatchObject({ name: 'IncorrectKeyMaterialException' });
      await bringTo(kms, KeyId, one, { ...LASTING, KeyMaterialId: first.KeyMaterialId });
      expect(await stateOf(KeyId)).toBe('PendingImport');
      expect((await materialsOf(KeyId))?.map(({ ImportState }) => ImportState)).toEqual(['PENDING_IMPORT', 'IMPORTED']);
      await expect(open(old)).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
      await bringTo(kms, KeyId, two, LASTING);
      expect(await stateOf(KeyId)).toBe('Enabled');
      expect((await materialsOf(KeyId))?.map((each) => each.KeyMaterialDescription)).toEqual(['two', 'one']);
      expect([await open(old), await open(recent)]).toEqual(['a', 'a']);
    });

    it('are taken back while they wait, and the key goes on', async () => {
      const KeyId = await makeKey('EXTERNAL');
      const material = randomBytes(32);
      await bringTo(kms, KeyId, material, LASTING);
      const { KeyMaterialId } = await bringTo(kms, KeyId, randomBytes(32), NEW);
      await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: KeyMaterialId! }));
      expect([await stateOf(KeyId), await materialsOf(KeyId)]).toMatchObject([
        'Enabled',
        [{ ImportState: 'IMPORTED' }],
      ]);
      await expect(rotate(KeyId)).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
      const same = bringTo(kms, KeyId, material, NEW);
      await expect(same).rejects.toMatchObject({ name: 'IncorrectKeyMaterialException' });
      const both = bringTo(kms, KeyId, material, { ...NEW, KeyMaterialId });
      await expect(both).rejects.toMatchObject({ name: 'ValidationException' });
      await bringTo(kms, KeyId, randomBytes(32), NEW);
      await rotate(KeyId);
      expect(await open(await seal(KeyId))).toBe('a');
    });

    it('are for symmetric keys', async () => {
      const made = new CreateKeyCommand({ Origin: 'EXTERNAL', KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' });
      const KeyId = (await kms.send(made)).KeyMetadata?.KeyId ?? '';
      const attempt = bringTo(kms, KeyId, randomBytes(32), NEW);
      await expect(attempt).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
      await bringTo(kms, KeyId, randomBytes(32), LASTING);
      await expect(rotate(KeyId)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
    });

    it('of a multi-Region key come to its primary first, then to every region', async () => {
      const there = await awsClient(server(), undefined, 'eu-west-1');
      const KeyId = await makeAwsKey(kms, { Origin: 'EXTERNAL', MultiRegion: true });
      const [one, two] = [randomBytes(32), randomBytes(32)];
      await bringTo(kms, KeyId, one, LASTING);
      const replica = await kms.send(new ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' }));
      expect(replica.ReplicaKeyMetadata?.KeyState).toBe('PendingImport');
      await expect(bringTo(there, KeyId, two, LASTING)).rejects.toMatchObject({
        name: 'IncorrectKeyMaterialException',
      });
      await expect(bringTo(there, KeyId, two, NEW)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
      await bringTo(there, KeyId, one, LASTING);
      expect(await open(await seal(KeyId), there)).toBe('a');

      await bringTo(kms, KeyId, two, NEW);
      expect((await materialsOf(KeyId))?.[0]?.KeyMaterialState).toBe('PENDING_MULTI_REGION_IMPORT_AND_ROTATION');
      expect((await materialsOf(KeyId, there))?.[0]?.ImportState).toBe('PENDING_IMPORT');
      await expect(rotate(KeyId)).rejects.toMatchObject({ name: 'KMSInvalidStateException' });
      await bringTo(there, KeyId, two, LASTING);
      expect((await materialsOf(KeyId))?.[0]?.KeyMaterialState).toBe('PENDING_ROTATION');
      await rotate(KeyId);
      expect(await open(await seal(KeyId), there)).toBe('a');
      expect((await materialsOf(KeyId, there))?.map((each) => each.KeyMaterialState)).toEqual([
        'CURRENT',
        'NON_CURRENT',
      ]);

      const { KeyMaterialId } = await bringTo(kms, KeyId, randomBytes(32), NEW);
      await kms.send(new DeleteImportedKeyMaterialCommand({ KeyId, KeyMaterialId: KeyMaterialId! }));
      expect(await materialsOf(KeyId, there)).toHaveLength(2);
      there.destroy();
    });
  });

  it.each([
    { WrappingAlgorithm: 'RSAES_OAEP_SHA_1', WrappingKeySpec: 'RSA_2048' },
    { WrappingAlgorithm: 'RSAES_OAEP_SHA_256', WrappingKeySpec: 'RSA_4096' },
    { WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_1', WrappingKeySpec: 'RSA_3072' },
    { WrappingAlgorithm: 'RSA_AES_KEY_WRAP_SHA_256', WrappingKeySpec: 'RSA_2048' },
  ] as const)('material comes by $WrappingAlgorithm under an $WrappingKeySpec key', async (by) => {
    const KeyId = await makeKey('EXTERNAL');
    await bringTo(kms, KeyId, randomBytes(32), LASTING, by);
    expect(await open(await seal(KeyId))).toBe('a');
  });

  it.each([
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256', 'RSA_AES_KEY_WRAP_SHA_256', () => generateKeyPairSync('rsa', RSA)],
    ['ECC_NIST_P384', 'ECDSA_SHA_384', 'RSA_AES_KEY_WRAP_SHA_1', () => generateKeyPairSync('ec', P384)],
    ['ECC_NIST_EDWARDS25519', 'ED25519_SHA_512', 'RSAES_OAEP_SHA_256', () => generateKeyPairSync('ed25519')],
  ] as const)('a private key of spec %s comes and signs', async (KeySpec, SigningAlgorithm, by, generate) => {
    const { privateKey, publicKey } = generate();
    const made = new CreateKeyCommand({ Origin: 'EXTERNAL', KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const KeyId = (await kms.send(made)).KeyMetadata?.KeyId ?? '';
    const material = privateKey.export({ format: 'der', type: 'pkcs8' });
    await bringTo(kms, KeyId, material, LASTING, { ...BY, WrappingAlgorithm: by });
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    expect(Buffer.from(PublicKey ?? [])).toEqual(publicKey.export({ format: 'der', type: 'spki' }));
    const Message = Buffer.from('a');
    const { Signature } = await kms.send(new SignCommand({ KeyId, Message, SigningAlgorithm }));
    const [, hash = null] = /_SHA_(256|384)$/.exec(SigningAlgorithm) ?? [];
    expect(verify(hash && `sha${hash}`, Message, publicKey, Buffer.from(Signature ?? []))).toBe(true);
  });
}
