import * as sdk from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClient, makeAwsKey } from '../../support/aws-client.js';
import type { Server } from '../../support/server.js';

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-southeast-2'] as const;
type Region = (typeof REGIONS)[number];

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

/** Keys of one material in several regions. */
export function multiRegionSuite(server: () => Server): void {
  let at: Readonly<Record<Region, sdk.KMSClient>>;

  beforeAll(async () => {
    const clients = REGIONS.map(async (region) => [region, await awsClient(server(), undefined, region)] as const);
    at = Object.fromEntries(await Promise.all(clients)) as typeof at;
  });
  afterAll(async () => {
    for (const kms of Object.values(at)) kms.destroy();
  });

  const arnIn = (region: Region, KeyId: string) => `arn:aws:kms:${region}:000000000001:key/${KeyId}`;

  const makeKey = (input: sdk.CreateKeyCommandInput = {}) =>
    makeAwsKey(at['us-east-1'], { ...input, MultiRegion: true });

  async function replicate(KeyId: string, ReplicaRegion: Region, more = {}): Promise<sdk.ReplicateKeyResponse> {
    return at['us-east-1'].send(new sdk.ReplicateKeyCommand({ KeyId, ReplicaRegion, ...more }));
  }

  async function describeIn(region: Region, KeyId: string): Promise<sdk.KeyMetadata | undefined> {
    return (await at[region].send(new sdk.DescribeKeyCommand({ KeyId }))).KeyMetadata;
  }

  describe('a multi-Region key', () => {
    it('has one id and one material in every region, and all else of its own', async () => {
      const KeyId = await makeKey({ Description: 'first' });
      expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/);
      const Tags = [{ TagKey: 'team', TagValue: 'shop' }];
      const made = await replicate(KeyId, 'eu-west-1', { Description: 'second', Tags });
      const ReplicaKeys = [{ Arn: arnIn('eu-west-1', KeyId), Region: 'eu-west-1' }];
      const PrimaryKey = { Arn: arnIn('us-east-1', KeyId), Region: 'us-east-1' };
      expect(made).toMatchObject({
        ReplicaKeyMetadata: {
          KeyId,
          Arn: arnIn('eu-west-1', KeyId),
          Description: 'second',
          MultiRegion: true,
          MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA', PrimaryKey, ReplicaKeys },
        },
        ReplicaTags: Tags,
        ReplicaPolicy: expect.stringContaining('kms:*'),
      });
      expect(await describeIn('eu-west-1', KeyId)).toMatchObject({ KeyState: 'Enabled', Description: 'second' });
      const primary = await describeIn('us-east-1', KeyId);
      expect(primary?.MultiRegionConfiguration).toEqual({ MultiRegionKeyType: 'PRIMARY', PrimaryKey, ReplicaKeys });
      expect(primary?.CurrentKeyMaterialId).toBe((await describeIn('eu-west-1', KeyId))?.CurrentKeyMaterialId);

      const EncryptionContext = { tenant: 'a' };
      const { CiphertextBlob } = await at['us-east-1'].send(
        new sdk.EncryptCommand({ KeyId, EncryptionContext, Plaintext: Buffer.from('a') }),
      );
      const opened = await at['eu-west-1'].send(new sdk.DecryptCommand({ CiphertextBlob, EncryptionContext }));
      expect([text(opened.Plaintext), opened.KeyId]).toEqual(['a', arnIn('eu-west-1', KeyId)]);
      await expect(
        at['ap-southeast-2'].send(new sdk.DecryptCommand({ CiphertextBlob, EncryptionContext })),
      ).rejects.toMatchObject({ name: 'InvalidCiphertextException' });

      await at['eu-west-1'].send(new sdk.CreateAliasCommand({ AliasName: 'alias/there', TargetKeyId: KeyId }));
      const aliases = await at['eu-west-1'].send(new sdk.ListAliasesCommand({ KeyId }));
      expect(aliases.Aliases).toMatchObject([{ TargetKeyId: KeyId }]);
      const byAlias = await at['eu-west-1'].send(
        new sdk.GenerateDataKeyCommand({ KeyId: 'alias/there', KeySpec: 'AES_256' }),
      );
      expect(byAlias.KeyId).toBe(arnIn('eu-west-1', KeyId));
      expect((await at['us-east-1'].send(new sdk.ListAliasesCommand({ KeyId }))).Aliases).toEqual([]);
      expect((await at['us-east-1'].send(new sdk.ListResourceTagsCommand({ KeyId }))).Tags).toEqual([]);
      await at['eu-west-1'].send(new sdk.DisableKeyCommand({ KeyId }));
      expect((await describeIn('us-east-1', KeyId))?.KeyState).toBe('Enabled');
      const listed = await at['eu-west-1'].send(new sdk.ListKeysCommand({}));
      expect(listed.Keys).toContainEqual({ KeyId, KeyArn: arnIn('eu-west-1', KeyId) });
    });

    it('has a policy and grants of its own in every region', async () => {
      const KeyId = await makeKey();
      const Statement = (Action: string) => ({
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::000000000001:root' },
        Action,
        Resource: arnIn('eu-west-1', KeyId),
        Condition: { StringEquals: { 'kms:MultiRegionKeyType': 'REPLICA' }, Bool: { 'kms:MultiRegion': 'true' } },
      });
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [Statement('kms:*')] });
      await replicate(KeyId, 'eu-west-1', { Policy });
      const policyIn = async (region: Region) =>
        (await at[region].send(new sdk.GetKeyPolicyCommand({ KeyId }))).Policy ?? '';
      expect(await policyIn('eu-west-1')).toBe(Policy);
      expect(await policyIn('us-east-1')).not.toBe(Policy);
      await at['eu-west-1'].send(new sdk.EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }));
      const GranteePrincipal = 'arn:aws:iam::000000000001:root';
      await at['eu-west-1'].send(new sdk.CreateGrantCommand({ KeyId, GranteePrincipal, Operations: ['Encrypt'] }));
      const grantsIn = async (region: Region) =>
        (await at[region].send(new sdk.ListGrantsCommand({ KeyId }))).Grants?.map((grant) => grant.KeyId);
      expect(await grantsIn('eu-west-1')).toEqual([arnIn('eu-west-1', KeyId)]);
      expect(await grantsIn('us-east-1')).toEqual([]);
    });

    it.each([
      ['ECC_NIST_P256', 'SIGN_VERIFY'],
      ['HMAC_256', 'GENERATE_VERIFY_MAC'],
      ['RSA_2048', 'ENCRYPT_DECRYPT'],
    ] as const)('of spec %s is one key in every region', async (KeySpec, KeyUsage) => {
      const KeyId = await makeKey({ KeySpec, KeyUsage });
      await replicate(KeyId, 'eu-west-1');
      const [here, there] = [at['us-east-1'], at['eu-west-1']];
      const Message = Buffer.from('a');
      if (KeyUsage === 'GENERATE_VERIFY_MAC') {
        const asked = { KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' } as const;
        const { Mac } = await there.send(new sdk.GenerateMacCommand(asked));
        expect(await here.send(new sdk.VerifyMacCommand({ ...asked, Mac }))).toMatchObject({ MacValid: true });
        return;
      }
      const [one, two] = await Promise.all(
        [here, there].map(async (kms) => text((await kms.send(new sdk.GetPublicKeyCommand({ KeyId }))).PublicKey)),
      );
      expect(one).toBe(two);
      if (KeyUsage === 'SIGN_VERIFY') {
        const asked = { KeyId, Message, SigningAlgorithm: 'ECDSA_SHA_256' } as const;
        const { Signature } = await there.send(new sdk.SignCommand(asked));
        expect(await here.send(new sdk.VerifyCommand({ ...asked, Signature }))).toMatchObject({ SignatureValid: true });
      } else {
        const asked = { KeyId, EncryptionAlgorithm: 'RSAES_OAEP_SHA_256' } as const;
        const { CiphertextBlob } = await here.send(new sdk.EncryptCommand({ ...asked, Plaintext: Message }));
        expect(text((await there.send(new sdk.DecryptCommand({ ...asked, CiphertextBlob }))).Plaintext)).toBe('a');
      }
    });

    it('is replicated once to a region that there is, from its primary, while it is enabled', async () => {
      const KeyId = await makeKey();
      await replicate(KeyId, 'eu-west-1');
      await expect(replicate(KeyId, 'eu-west-1')).rejects.toMatchObject({ name: 'AlreadyExistsException' });
      await expect(replicate(KeyId, 'us-east-1')).rejects.toMatchObject({ name: 'AlreadyExistsException' });
      await expect(replicate(KeyId, 'eu-central-1' as Region)).rejects.toMatchObject({
        name: 'UnsupportedOperationException',
        message: expect.stringContaining('no keyring stands for the region eu-central-1'),
      });
      const notPrimary = {
        name: 'UnsupportedOperationException',
        message: expect.stringMatching(/ is not a multi-region primary key\.$/),
      };
      const again = { KeyId, ReplicaRegion: 'ap-southeast-2' };
      await expect(at['eu-west-1'].send(new sdk.ReplicateKeyCommand(again))).rejects.toMatchObject(notPrimary);
      const single = (await at['us-east-1'].send(new sdk.CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';
      await expect(replicate(single, 'eu-west-1')).rejects.toMatchObject(notPrimary);
      await at['us-east-1'].send(new sdk.DisableKeyCommand({ KeyId }));
      await expect(replicate(KeyId, 'ap-southeast-2')).rejects.toMatchObject({ name: 'DisabledException' });
    });
  });

  describe('a rotation', () => {
    it('of the primary is one of every replica; a replica has none of its own', async () => {
      const KeyId = await makeKey();
      const { CiphertextBlob: old } = await at['us-east-1'].send(
        new sdk.EncryptCommand({ KeyId, Plaintext: Buffer.from('old') }),
      );
      await replicate(KeyId, 'eu-west-1');
      await at['us-east-1'].send(new sdk.EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
      const status = await at['eu-west-1'].send(new sdk.GetKeyRotationStatusCommand({ KeyId }));
      expect(status).toMatchObject({
        KeyRotationEnabled: true,
        RotationPeriodInDays: 90,
        KeyId: arnIn('eu-west-1', KeyId),
      });
      await at['us-east-1'].send(new sdk.RotateKeyOnDemandCommand({ KeyId }));
      await replicate(KeyId, 'ap-southeast-2');
      const { CiphertextBlob } = await at['us-east-1'].send(
        new sdk.EncryptCommand({ KeyId, Plaintext: Buffer.from('new') }),
      );
      const materials = [];
      for (const region of REGIONS) {
        for (const [blob, plaintext] of [
          [old, 'old'],
          [CiphertextBlob, 'new'],
        ] as const) {
          const opened = await at[region].send(new sdk.DecryptCommand({ CiphertextBlob: blob }));
          expect(text(opened.Plaintext)).toBe(plaintext);
        }
        const { Rotations = [] } = await at[region].send(
          new sdk.ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: 'ALL_KEY_MATERIAL' }),
        );
        materials.push(Rotations.map(({ KeyMaterialId, KeyMaterialState }) => [KeyMaterialId, KeyMaterialState]));
      }
      expect(materials[0]).toHaveLength(2);
      expect(materials[1]).toEqual(materials[0]);
      expect(materials[2]).toEqual(materials[0]);
      for (const refused of [new sdk.RotateKeyOnDemandCommand({ KeyId }), new sdk.EnableKeyRotationCommand({ KeyId })])
        await expect(at['eu-west-1'].send(refused)).rejects.toMatchObject({
          name: 'UnsupportedOperationException',
        });
    });
  });

  describe('the primary', () => {
    it('can be another region’s key, with its rotation', async () => {
      const KeyId = await makeKey();
      await replicate(KeyId, 'eu-west-1');
      await replicate(KeyId, 'ap-southeast-2');
      await at['us-east-1'].send(new sdk.EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: 90 }));
      const nowhere = new sdk.UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: 'eu-central-1' });
      await expect(at['us-east-1'].send(nowhere)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
      const there = new sdk.UpdatePrimaryRegionCommand({ KeyId, PrimaryRegion: 'eu-west-1' });
      await expect(at['eu-west-1'].send(there)).rejects.toMatchObject({ name: 'UnsupportedOperationException' });
      await at['us-east-1'].send(there);
      for (const region of REGIONS) {
        const { MultiRegionConfiguration: set } = (await describeIn(region, KeyId)) ?? {};
        expect(set?.MultiRegionKeyType).toBe(region === 'eu-west-1' ? 'PRIMARY' : 'REPLICA');
        expect(set?.PrimaryKey?.Region).toBe('eu-west-1');
        expect(set?.ReplicaKeys?.map(({ Region }) => Region).toSorted()).toEqual(['ap-southeast-2', 'us-east-1']);
        const status = await at[region].send(new sdk.GetKeyRotationStatusCommand({ KeyId }));
        expect(status).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 90 });
      }
      await at['eu-west-1'].send(new sdk.RotateKeyOnDemandCommand({ KeyId }));
      const { CiphertextBlob } = await at['eu-west-1'].send(
        new sdk.EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }),
      );
      expect(text((await at['us-east-1'].send(new sdk.DecryptCommand({ CiphertextBlob }))).Plaintext)).toBe('a');
    });

    it('waits with its deletion for its replicas', async () => {
      const KeyId = await makeKey();
      await replicate(KeyId, 'eu-west-1');
      const scheduled = await at['us-east-1'].send(
        new sdk.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }),
      );
      expect(scheduled).toMatchObject({ KeyState: 'PendingReplicaDeletion', PendingWindowInDays: 7 });
      expect(scheduled.DeletionDate).toBeUndefined();
      const waiting = await describeIn('us-east-1', KeyId);
      expect(waiting).toMatchObject({ KeyState: 'PendingReplicaDeletion', Enabled: false });
      expect(waiting?.DeletionDate).toBeUndefined();
      await expect(
        at['us-east-1'].send(new sdk.EncryptCommand({ KeyId, Plaintext: Buffer.from('a') })),
      ).rejects.toMatchObject({ name: 'KMSInvalidStateException', message: expect.stringMatching(/pending deletion/) });
      await at['eu-west-1'].send(new sdk.EncryptCommand({ KeyId, Plaintext: Buffer.from('a') }));
      await at['us-east-1'].send(new sdk.CancelKeyDeletionCommand({ KeyId }));
      expect((await describeIn('us-east-1', KeyId))?.KeyState).toBe('Disabled');
      const replica = await at['eu-west-1'].send(new sdk.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      expect(replica).toMatchObject({ KeyState: 'PendingDeletion', DeletionDate: expect.any(Date) });
    });
  });
}
