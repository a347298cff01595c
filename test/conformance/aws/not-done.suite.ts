import * as sdk from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { awsClient } from '../../support/aws-client.js';
import type { Server } from '../../support/server.js';
import { PreparedRequests } from './prepared-requests.js';

/** The operations whose requests have a member, by the schemas of the AWS SDK. */
function operationsWith(member: string): string[] {
  return Object.entries(sdk).flatMap(([name, schema]) => {
    const [, operation] = /^(\w+)Request\$$/.exec(name) ?? [];
    if (operation === undefined) return [];
    const [, , , , members] = schema as unknown as readonly [3, string, string, unknown, string[]];
    return members.includes(member) ? [operation] : [];
  });
}

const Recipient = { KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256', AttestationDocument: Buffer.from('a') };
const STORE = { CustomKeyStoreId: 'cks-1234567890abcdef0' };

/** What is only asked whether it could be done, and what cannot be done here. */
export function notDoneSuite(server: () => Server): void {
  let kms: sdk.KMSClient;
  let requests: PreparedRequests;

  beforeAll(async () => {
    kms = await awsClient(server());
    requests = new PreparedRequests(kms);
  });
  afterAll(() => kms.destroy());

  it.each(operationsWith('DryRun'))('a dry run of %s says that it would have succeeded', async (action) => {
    await expect(kms.send(await requests.prepare(action, { DryRun: true }))).rejects.toMatchObject({
      name: 'DryRunOperationException',
      message: 'The request would have succeeded, but the DryRun option is set.',
    });
  });

  it.each(operationsWith('Recipient'))('%s answers nobody in the clear who asks for an enclave', async (action) => {
    await expect(kms.send(await requests.prepare(action, { Recipient }))).rejects.toMatchObject({
      name: 'UnsupportedOperationException',
    });
  });

  it.each([
    new sdk.CreateCustomKeyStoreCommand({ CustomKeyStoreName: 'a' }),
    new sdk.DescribeCustomKeyStoresCommand({}),
    new sdk.UpdateCustomKeyStoreCommand(STORE),
    new sdk.ConnectCustomKeyStoreCommand(STORE),
    new sdk.DisconnectCustomKeyStoreCommand(STORE),
    new sdk.DeleteCustomKeyStoreCommand(STORE),
    new sdk.CreateKeyCommand({ ...STORE, Origin: 'AWS_CLOUDHSM' }),
    new sdk.CreateKeyCommand({ Origin: 'EXTERNAL_KEY_STORE', XksKeyId: 'a' }),
    new sdk.GenerateRandomCommand({ ...STORE, NumberOfBytes: 1 }),
  ])('there are no custom key stores: %#', async (command) => {
    await expect(kms.send(command as sdk.DescribeCustomKeyStoresCommand)).rejects.toMatchObject({
      name: 'UnsupportedOperationException',
      message: expect.stringMatching(/custom key store|key store/i),
    });
  });
}
