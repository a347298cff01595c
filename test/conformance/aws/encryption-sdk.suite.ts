import {
  buildClient,
  CommitmentPolicy,
  getClient,
  getLocalCryptographicMaterialsCache,
  KMS,
  KmsKeyringNode,
  NodeCachingMaterialsManager,
} from '@aws-crypto/client-node';
import { CreateKeyCommand, DisableKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { awsClient, awsEnvironment } from '../../support/aws-client.js';
import { call, type Server, type Tokens } from '../../support/server.js';

const CONTEXT = { stage: 'test', tenant: 'é' };
const { encrypt, decrypt } = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT);

/** The AWS Encryption SDK. */
export function encryptionSdkSuite(server: () => Server): void {
  let tokens: Tokens;
  let kms: KMSClient;

  beforeAll(async () => {
    tokens = await server().tokens();
    kms = await awsClient(server());
  });
  afterAll(() => kms.destroy());

  async function makeKey(): Promise<string> {
    return (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  }

  /** Of the Encryption SDK; the first key makes the data keys, every key wraps them. */
  async function keyringOf(generatorKeyId: string, ...keyIds: readonly string[]): Promise<KmsKeyringNode> {
    const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } =
      await awsEnvironment(server());
    const credentials = { accessKeyId, secretAccessKey };
    // The members that `KMS` may leave undefined are merely optional to the Encryption SDK.
    const client = KMS as unknown as Parameters<typeof getClient>[0];
    const clientProvider = getClient(client, { endpoint: server().url, credentials });
    return new KmsKeyringNode({ generatorKeyId, keyIds: [...keyIds], clientProvider });
  }

  async function dataKeysMade(): Promise<number> {
    const path = '/api/v1/audit/records?operation=data-key&limit=1000';
    return (await call(server(), tokens.auditor, 'GET', path)).body.items.length;
  }

  it('the AWS Encryption SDK opens what it sealed, with either of two keys', async () => {
    const [one, two] = [await makeKey(), await makeKey()];
    const { result } = await encrypt(await keyringOf(one, two), 'hello', { encryptionContext: CONTEXT });
    const opened = await decrypt(await keyringOf(one, two), result);
    expect(opened.plaintext.toString()).toBe('hello');
    expect(opened.messageHeader.encryptionContext).toMatchObject(CONTEXT);
    expect(opened.messageHeader.encryptedDataKeys).toHaveLength(2);
    await kms.send(new DisableKeyCommand({ KeyId: one }));
    expect((await decrypt(await keyringOf(two), result)).plaintext.toString()).toBe('hello');
    await expect(decrypt(await keyringOf(one), result)).rejects.toThrow();
    await expect(decrypt(await keyringOf(await makeKey()), result)).rejects.toThrow();
    const changed = Buffer.from(result);
    changed[changed.length - 1]! ^= 1;
    await expect(decrypt(await keyringOf(two), changed)).rejects.toThrow();
  });

  it('its caching materials manager makes one data key for many messages', async () => {
    const materials = new NodeCachingMaterialsManager({
      backingMaterials: await keyringOf(await makeKey()),
      cache: getLocalCryptographicMaterialsCache(10),
      maxAge: 600_000,
      maxMessagesEncrypted: 100,
    });
    const before = await dataKeysMade();
    for (const message of ['a', 'b', 'c']) {
      const { result } = await encrypt(materials, message, { encryptionContext: CONTEXT, plaintextLength: 1 });
      expect((await decrypt(materials, result)).plaintext.toString()).toBe(message);
    }
    expect(await dataKeysMade()).toBe(before + 1);
  });
}
