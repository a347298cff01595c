import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListAliasesCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
  type CreateKeyCommandInput,
  type KMSClient,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClient, makeAwsKey } from '../../support/aws-client.js';
import type { Server } from '../../support/server.js';

const ARN = 'arn:aws:kms:us-east-1:000000000001:';
const ABSENT = '0198c5a2-7e1b-7c7a-9c3e-2b8a5d1f4e60';

/** Keys, their states, tags and aliases. */
export function keysSuite(server: () => Server): void {
  let kms: KMSClient;

  beforeAll(async () => {
    kms = await awsClient(server());
  });
  afterAll(() => kms.destroy());

  const makeKey = (input?: CreateKeyCommandInput) => makeAwsKey(kms, input);
  async function stateOf(KeyId: string): Promise<string | undefined> {
    return (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState;
  }

  describe('keys', () => {
    it('are made, described and listed as on AWS', async () => {
      const { KeyMetadata: made } = await kms.send(
        new CreateKeyCommand({ Description: 'a key', Tags: [{ TagKey: 'team', TagValue: 'shop' }] }),
      );
      expect(made).toEqual({
        AWSAccountId: '000000000001',
        KeyId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        Arn: `${ARN}key/${made?.KeyId}`,
        CreationDate: expect.any(Date),
        Enabled: true,
        Description: 'a key',
        KeyUsage: 'ENCRYPT_DECRYPT',
        KeyState: 'Enabled',
        Origin: 'AWS_KMS',
        KeyManager: 'CUSTOMER',
        CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
        KeySpec: 'SYMMETRIC_DEFAULT',
        EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
        MultiRegion: false,
        CurrentKeyMaterialId: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      for (const KeyId of [made?.KeyId, made?.Arn]) {
        expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata).toEqual(made);
      }
      const first = await kms.send(new ListKeysCommand({ Limit: 1 }));
      expect(first).toMatchObject({ Keys: [{ KeyId: made?.KeyId, KeyArn: made?.Arn }] });
      await makeKey();
      const one = await kms.send(new ListKeysCommand({ Limit: 1 }));
      expect(one.Truncated).toBe(true);
      const two = await kms.send(new ListKeysCommand({ Limit: 1, Marker: one.NextMarker }));
      expect(two.Keys).toEqual([{ KeyId: made?.KeyId, KeyArn: made?.Arn }]);
    });

    it.each([
      ['RSA_2048', 'ENCRYPT_DECRYPT', { EncryptionAlgorithms: ['RSAES_OAEP_SHA_1', 'RSAES_OAEP_SHA_256'] }],
      ['ECC_NIST_P256', 'SIGN_VERIFY', { SigningAlgorithms: ['ECDSA_SHA_256'] }],
      ['ECC_NIST_P384', 'KEY_AGREEMENT', { KeyAgreementAlgorithms: ['ECDH'] }],
      ['ECC_NIST_EDWARDS25519', 'SIGN_VERIFY', { SigningAlgorithms: ['ED25519_SHA_512', 'ED25519_PH_SHA_512'] }],
      ['ML_DSA_44', 'SIGN_VERIFY', { SigningAlgorithms: ['ML_DSA_SHAKE_256'] }],
      ['ML_KEM_768', 'ENCAPSULATE_DECAPSULATE', { EncapsulationAlgorithms: ['ML_KEM'] }],
      ['HMAC_224', 'GENERATE_VERIFY_MAC', { MacAlgorithms: ['HMAC_SHA_224'] }],
    ] as const)('of spec %s for %s', async (KeySpec, KeyUsage, algorithms) => {
      const made = await kms.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
      expect(made.KeyMetadata).toMatchObject({ KeySpec, KeyUsage, CustomerMasterKeySpec: KeySpec, ...algorithms });
    });

    it('change their state as on AWS', async () => {
      const KeyId = await makeKey();
      await kms.send(new DisableKeyCommand({ KeyId }));
      await kms.send(new DisableKeyCommand({ KeyId }));
      expect(await stateOf(KeyId)).toBe('Disabled');
      await kms.send(new EnableKeyCommand({ KeyId }));
      await kms.send(new EnableKeyCommand({ KeyId }));
      const scheduled = await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      expect(scheduled).toMatchObject({
        KeyId: `${ARN}key/${KeyId}`,
        KeyState: 'PendingDeletion',
        PendingWindowInDays: 7,
        DeletionDate: expect.any(Date),
      });
      await expect(kms.send(new EnableKeyCommand({ KeyId }))).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
        message: `${ARN}key/${KeyId} is pending deletion.`,
      });
      expect(await kms.send(new CancelKeyDeletionCommand({ KeyId }))).toMatchObject({ KeyId: `${ARN}key/${KeyId}` });
      expect(await stateOf(KeyId)).toBe('Disabled');
      await expect(kms.send(new CancelKeyDeletionCommand({ KeyId }))).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
        message: `${ARN}key/${KeyId} is not pending deletion.`,
      });
    });

    it('keep tags and a description', async () => {
      const KeyId = await makeKey({ Tags: [{ TagKey: 'a', TagValue: '1' }] });
      await kms.send(
        new TagResourceCommand({
          KeyId,
          Tags: [
            { TagKey: 'b', TagValue: '2' },
            { TagKey: 'a', TagValue: '3' },
          ],
        }),
      );
      await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['b', 'never'] }));
      await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'c', TagValue: '' }] }));
      const page = await kms.send(new ListResourceTagsCommand({ KeyId, Limit: 1 }));
      expect(page).toMatchObject({ Tags: [{ TagKey: 'a', TagValue: '3' }], Truncated: true });
      const rest = await kms.send(new ListResourceTagsCommand({ KeyId, Marker: page.NextMarker }));
      expect(rest).toMatchObject({ Tags: [{ TagKey: 'c', TagValue: '' }], Truncated: false });
      const reserved = new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'AWS:x', TagValue: '' }] });
      await expect(kms.send(reserved)).rejects.toMatchObject({ name: 'TagException' });
      await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'another' }));
      expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Description).toBe('another');
    });

    it('have aliases', async () => {
      const [one, two] = [await makeKey(), await makeKey()];
      const AliasName = 'alias/shop/orders:current';
      await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: one }));
      await expect(kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: two }))).rejects.toMatchObject({
        name: 'AlreadyExistsException',
        message: `An alias with the name ${ARN}${AliasName} already exists`,
      });
      for (const KeyId of [AliasName, `${ARN}${AliasName}`]) {
        expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyId).toBe(one);
      }
      await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: two }));
      const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: two }));
      expect(Aliases).toEqual([
        {
          AliasName,
          AliasArn: `${ARN}${AliasName}`,
          TargetKeyId: two,
          CreationDate: expect.any(Date),
          LastUpdatedDate: expect.any(Date),
        },
      ]);
      await kms.send(new DeleteAliasCommand({ AliasName }));
      for (const gone of [
        new DeleteAliasCommand({ AliasName }),
        new UpdateAliasCommand({ AliasName, TargetKeyId: two }),
      ]) {
        await expect(kms.send(gone as DeleteAliasCommand)).rejects.toMatchObject({
          name: 'NotFoundException',
          message: `Alias ${ARN}${AliasName} is not found.`,
        });
      }
      await expect(kms.send(new DescribeKeyCommand({ KeyId: AliasName }))).rejects.toMatchObject({
        name: 'NotFoundException',
        message: `Alias ${ARN}${AliasName} is not found.`,
      });
    });

    it('are made, read back, changed and ended by the calls that Terraform makes for aws_kms_key', async () => {
      const Statement = { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::000000000001:root' }, Action: 'kms:*' };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: { ...Statement, Resource: '*' } });
      const KeyId = await makeKey({ Policy, Tags: [{ TagKey: 'a', TagValue: '1' }] });
      await kms.send(new EnableKeyRotationCommand({ KeyId }));
      expect(await stateOf(KeyId)).toBe('Enabled');
      expect((await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy).toBe(Policy);
      expect((await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled).toBe(true);
      expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([{ TagKey: 'a', TagValue: '1' }]);
      await kms.send(new PutKeyPolicyCommand({ KeyId, Policy: `${Policy} `, PolicyName: 'default' }));
      expect((await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }))).Policy).toBe(`${Policy} `);
      await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      expect(await stateOf(KeyId)).toBe('PendingDeletion');
      await expect(kms.send(new ScheduleKeyDeletionCommand({ KeyId }))).rejects.toMatchObject({
        name: 'KMSInvalidStateException',
        message: expect.stringContaining('is pending deletion'),
      });
    });

    it.each([
      ['fake-key-id', 'NotFoundException', "Invalid keyId 'fake-key-id'"],
      [ABSENT, 'NotFoundException', `Key '${ARN}key/${ABSENT}' does not exist`],
      [`arn:aws:kms:eu-west-1:000000000001:key/${ABSENT}`, 'NotFoundException', 'Invalid arn eu-west-1'],
      ['arn:aws:s3:::a', 'InvalidArnException', 'Invalid arn arn:aws:s3:::a'],
    ])('that are not there are answered as on AWS: %s', async (KeyId, name, message) => {
      await expect(kms.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({
        name,
        message,
        $metadata: { httpStatusCode: 400, requestId: expect.any(String) },
      });
    });

    it('are changed by id or ARN alone', async () => {
      await kms.send(new CreateAliasCommand({ AliasName: 'alias/own', TargetKeyId: await makeKey() }));
      await expect(kms.send(new DisableKeyCommand({ KeyId: 'alias/own' }))).rejects.toMatchObject({
        name: 'NotFoundException',
        message: "Invalid keyId 'alias/own'",
      });
    });
  });
}
