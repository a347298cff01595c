import * as sdk from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { awsClient } from '../../support/aws-client.js';
import { call, type Server } from '../../support/server.js';
import { until } from '../../support/until.js';

const Plaintext = Buffer.from('a');

/** GetKeyLastUsage. */
export function lastUsageSuite(server: () => Server): void {
  let kms: sdk.KMSClient;
  let there: sdk.KMSClient;

  beforeAll(async () => {
    kms = await awsClient(server());
    there = await awsClient(server(), undefined, 'eu-west-1');
  });
  afterAll(() => {
    kms.destroy();
    there.destroy();
  });

  async function makeKey(input: sdk.CreateKeyCommandInput = {}): Promise<sdk.KeyMetadata> {
    return (await kms.send(new sdk.CreateKeyCommand(input))).KeyMetadata!;
  }
  const usageOf = async ({ KeyId }: sdk.KeyMetadata, client = kms) =>
    client.send(new sdk.GetKeyLastUsageCommand({ KeyId }));

  /** The log can be searched some moments after it was written. */
  async function comesToSay(key: sdk.KeyMetadata, use: sdk.__MetadataBearer, Operation: string): Promise<void> {
    const { requestId } = use.$metadata;
    await until(async () => (await usageOf(key)).KeyLastUsage?.KmsRequestId === requestId);
    const { KeyLastUsage } = await usageOf(key);
    expect(KeyLastUsage?.Operation).toBe(Operation);
    const path = `/api/v1/audit/records?requestId=${requestId}`;
    const { items } = (await call(server(), (await server().tokens()).auditor, 'GET', path)).body;
    const record = items.find(({ id }: { id: string }) => id === KeyLastUsage?.CloudTrailEventId);
    expect(record).toMatchObject({ requestId, door: 'aws', outcome: 'success' });
    expect(Date.parse(record.at)).toBe(KeyLastUsage?.Timestamp?.getTime());
  }

  it('the last use of a key is the last that went well, in its own region', async () => {
    const [key, other] = [await makeKey({ MultiRegion: true }), await makeKey()];
    const { KeyId } = key;
    await kms.send(new sdk.ReplicateKeyCommand({ KeyId, ReplicaRegion: 'eu-west-1' }));
    expect(await usageOf(key)).toMatchObject({
      KeyId: key.Arn,
      KeyLastUsage: {},
      KeyCreationDate: key.CreationDate,
      TrackingStartDate: key.CreationDate,
    });
    const sealed = await kms.send(new sdk.EncryptCommand({ KeyId, Plaintext }));
    await comesToSay(key, sealed, 'Encrypt');

    const { CiphertextBlob } = sealed;
    const made = await kms.send(new sdk.GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
    const none = { KeyId, EncryptionContext: { a: 'b' } };
    await expect(kms.send(new sdk.DecryptCommand({ ...none, CiphertextBlob }))).rejects.toThrow();
    await expect(kms.send(new sdk.EncryptCommand({ KeyId, Plaintext, DryRun: true }))).rejects.toThrow();
    await comesToSay(key, made, 'GenerateDataKey');

    const moved = await kms.send(new sdk.ReEncryptCommand({ CiphertextBlob, DestinationKeyId: other.KeyId }));
    for (const each of [key, other]) await comesToSay(each, moved, 'ReEncrypt');
    expect((await usageOf(key, there)).KeyLastUsage).toEqual({});
  });
}
