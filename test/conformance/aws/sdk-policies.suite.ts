import * as sdk from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { awsClient, makeAwsKey, type AwsCredentials } from '../../support/aws-client.js';
import { call, type Server, type Tokens } from '../../support/server.js';

const ACCOUNT = '000000000001';
const KEYRING = `aws-${ACCOUNT}-us-east-1`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const PLAINTEXT = Buffer.from('hello');

const user = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;

const encrypt = (client: sdk.KMSClient, KeyId: string, EncryptionContext?: Record<string, string>) =>
  client.send(new sdk.EncryptCommand({ KeyId, Plaintext: PLAINTEXT, ...(EncryptionContext && { EncryptionContext }) }));

function policyOf(...statements: object[]): string {
  const admin = { Sid: 'admin', Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' };
  const Statement = [admin, ...statements.map((one) => ({ Resource: '*', ...one }))];
  return JSON.stringify({ Version: '2012-10-17', Statement }, null, 3);
}

const malformed = (message: RegExp) => ({
  name: 'MalformedPolicyDocumentException',
  message: expect.stringMatching(message),
});

/** Key policies and grants, as their principals meet them. */
export function keyPoliciesSuite(server: () => Server): void {
  let tokens: Tokens;
  let root: sdk.KMSClient;
  let alice: sdk.KMSClient;
  let bob: sdk.KMSClient;

  beforeAll(async () => {
    tokens = await server().tokens();
    root = await awsClient(server());
    [alice, bob] = [await principal('alice'), await principal('bob')];
  });
  afterAll(async () => {
    for (const client of [root, alice, bob]) client.destroy();
  });

  const post = async (path: string, body: object) =>
    (await call(server(), tokens.admin, 'POST', `/api/v1/${path}`, body)).body;

  /** A caller with an access key and no binding. */
  async function principal(name: string): Promise<sdk.KMSClient> {
    await post('callers', { name, type: 'service' });
    const made: AwsCredentials = await post(`callers/${name}/access-keys`, { accountId: ACCOUNT });
    return awsClient(server(), made);
  }
  const makeKey = (input?: sdk.CreateKeyCommandInput) => makeAwsKey(root, input);
  const denied = { name: 'AccessDeniedException' };

  const put = (KeyId: string, Policy: string, more = {}) =>
    root.send(new sdk.PutKeyPolicyCommand({ KeyId, Policy, ...more }));

  const grant = (KeyId: string, input: Partial<sdk.CreateGrantCommandInput> = {}) =>
    root.send(
      new sdk.CreateGrantCommand({
        KeyId,
        GranteePrincipal: user('alice'),
        Operations: ['Encrypt', 'DescribeKey'],
        ...input,
      }),
    );

  describe('key policies', () => {
    it('are kept word by word, and are the default one where none was put', async () => {
      const KeyId = await makeKey();
      const { Policy: standard = '', PolicyName } = await root.send(new sdk.GetKeyPolicyCommand({ KeyId }));
      expect(PolicyName).toBe('default');
      expect(JSON.parse(standard).Statement).toEqual([
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: ROOT },
          Action: 'kms:*',
          Resource: '*',
        },
      ]);
      const text = policyOf({ Effect: 'Allow', Principal: { AWS: user('alice') }, Action: 'kms:Encrypt' });
      await put(KeyId, text);
      expect((await root.send(new sdk.GetKeyPolicyCommand({ KeyId }))).Policy).toBe(text);
      const made = await makeKey({ Policy: text });
      expect((await root.send(new sdk.GetKeyPolicyCommand({ KeyId: made }))).Policy).toBe(text);
      expect((await root.send(new sdk.ListKeyPoliciesCommand({ KeyId }))).PolicyNames).toEqual(['default']);
      await expect(put(KeyId, text, { PolicyName: 'other' })).rejects.toMatchObject({ name: 'NotFoundException' });
    });

    it('allow whom they name, and what they say', async () => {
      const KeyId = await makeKey();
      await expect(encrypt(alice, KeyId)).rejects.toMatchObject(denied);
      const Condition = { StringEquals: { 'kms:EncryptionContext:tenant': 'a' } };
      await put(
        KeyId,
        policyOf({
          Effect: 'Allow',
          Principal: { AWS: user('alice') },
          Action: ['kms:Encrypt', 'kms:ReEncrypt*'],
          Condition,
        }),
      );
      const { CiphertextBlob } = await encrypt(alice, KeyId, { tenant: 'a' });
      await expect(encrypt(alice, KeyId, { tenant: 'b' })).rejects.toMatchObject(denied);
      await expect(encrypt(bob, KeyId, { tenant: 'a' })).rejects.toMatchObject(denied);
      const EncryptionContext = { tenant: 'a' };
      const decrypt = new sdk.DecryptCommand({ CiphertextBlob, EncryptionContext });
      await expect(alice.send(decrypt)).rejects.toMatchObject(denied);
      expect(Buffer.from((await root.send(decrypt)).Plaintext ?? []).toString()).toBe('hello');
      const again = { CiphertextBlob, DestinationKeyId: KeyId, SourceEncryptionContext: EncryptionContext };
      await alice.send(new sdk.ReEncryptCommand({ ...again, DestinationEncryptionContext: EncryptionContext }));
      await expect(alice.send(new sdk.ReEncryptCommand(again))).rejects.toMatchObject(denied);
    });

    it('tell a data key with plaintext from one without', async () => {
      const KeyId = await makeKey();
      await put(
        KeyId,
        policyOf({ Effect: 'Allow', Principal: { AWS: user('alice') }, Action: 'kms:GenerateDataKeyWithoutPlaintext' }),
      );
      await alice.send(new sdk.GenerateDataKeyWithoutPlaintextCommand({ KeyId, KeySpec: 'AES_256' }));
      await expect(alice.send(new sdk.GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }))).rejects.toMatchObject(
        denied,
      );
    });

    it('decide at every door: a deny stands against bindings, and without the account bindings count for nothing', async () => {
      const KeyId = await makeKey();
      const caller = await post('callers', { name: 'rest-user', type: 'service' });
      await post('bindings', { caller: caller.id, role: 'crypto-user', scope: { keyring: KEYRING } });
      const { token } = await post(`callers/${caller.id}/tokens`, {});
      const path = `/api/v1/keyrings/${KEYRING}/keys/${KeyId}/encrypt`;
      const attempt = async () => (await call(server(), token, 'POST', path, { plaintext: 'aGk=' })).status;
      const explained = async () =>
        (
          await call(
            server(),
            tokens.auditor,
            'GET',
            `/api/v1/access/explain?caller=rest-user&operation=encrypt&resource=keyrings/${KEYRING}/keys/${KeyId}`,
          )
        ).body;
      expect(await attempt()).toBe(200);
      expect(await explained()).toMatchObject({ allowed: true, rules: null });
      await put(KeyId, policyOf());
      expect(await attempt()).toBe(200);
      expect(await explained()).toMatchObject({ allowed: true, rules: { policy: 'delegates', grants: [] } });
      await put(KeyId, policyOf({ Effect: 'Deny', Principal: '*', Action: 'kms:Encrypt' }));
      expect(await attempt()).toBe(403);
      await expect(encrypt(root, KeyId)).rejects.toMatchObject(denied);
      expect(await explained()).toMatchObject({ allowed: false, reason: 'denied-by-key-policy' });
      const onlyAlice = { Effect: 'Allow', Principal: { AWS: user('alice') }, Action: 'kms:*', Resource: '*' };
      await put(KeyId, JSON.stringify({ Statement: onlyAlice }), { BypassPolicyLockoutSafetyCheck: true });
      expect(await attempt()).toBe(403);
      expect(await explained()).toMatchObject({
        allowed: false,
        reason: 'not-in-key-policy',
        rules: { policy: 'silent' },
      });
      await encrypt(alice, KeyId);
      await expect(encrypt(root, KeyId)).rejects.toMatchObject(denied);
    });

    it('are refused where they lock their author out, name nobody, or are not understood', async () => {
      const KeyId = await makeKey();
      const onlyAlice = { Effect: 'Allow', Principal: { AWS: user('alice') }, Action: 'kms:*', Resource: '*' };
      await expect(put(KeyId, JSON.stringify({ Statement: onlyAlice }))).rejects.toMatchObject(
        malformed(/will not allow you to update/),
      );
      for (const name of ['nobody', 'admin']) {
        const policy = policyOf({ Effect: 'Allow', Principal: { AWS: user(name) }, Action: 'kms:*' });
        await expect(put(KeyId, policy)).rejects.toMatchObject(malformed(/invalid principals/));
      }
      await expect(put(KeyId, '{')).rejects.toMatchObject(malformed(/not JSON/));
      await expect(makeKey({ Policy: '{}' })).rejects.toMatchObject(malformed(/Statement/));
      await expect(alice.send(new sdk.PutKeyPolicyCommand({ KeyId, Policy: policyOf() }))).rejects.toMatchObject(
        denied,
      );
    });
  });

  describe('grants', () => {
    it('allow at once what they say, and no more, until they are revoked', async () => {
      const KeyId = await makeKey();
      const made = await grant(KeyId, { Constraints: { EncryptionContextSubset: { tenant: 'a' } }, Name: 'of-alice' });
      expect(made).toMatchObject({ GrantId: expect.stringMatching(/^[0-9a-f]{64}$/), GrantToken: expect.any(String) });
      await encrypt(alice, KeyId, { tenant: 'a', more: 'b' });
      await alice.send(new sdk.DescribeKeyCommand({ KeyId, GrantTokens: [made.GrantToken ?? ''] }));
      await expect(encrypt(alice, KeyId)).rejects.toMatchObject(denied);
      await expect(encrypt(bob, KeyId, { tenant: 'a' })).rejects.toMatchObject(denied);
      const { Grants = [] } = await root.send(new sdk.ListGrantsCommand({ KeyId }));
      expect(Grants).toEqual([
        {
          KeyId: expect.stringContaining(`:key/${KeyId}`),
          GrantId: made.GrantId,
          Name: 'of-alice',
          CreationDate: expect.any(Date),
          GranteePrincipal: user('alice'),
          IssuingAccount: ROOT,
          Operations: ['Encrypt', 'DescribeKey'],
          Constraints: { EncryptionContextSubset: { tenant: 'a' } },
        },
      ]);
      const GrantId = made.GrantId ?? '';
      await expect(root.send(new sdk.RevokeGrantCommand({ KeyId, GrantId, DryRun: true }))).rejects.toMatchObject({
        name: 'DryRunOperationException',
      });
      await root.send(new sdk.RevokeGrantCommand({ KeyId, GrantId }));
      await expect(encrypt(alice, KeyId, { tenant: 'a' })).rejects.toMatchObject(denied);
      await expect(root.send(new sdk.RevokeGrantCommand({ KeyId, GrantId }))).rejects.toMatchObject({
        name: 'NotFoundException',
      });
    });

    it('of one name are made once', async () => {
      const KeyId = await makeKey();
      const [first, again, other, unnamed] = [
        await grant(KeyId, { Name: 'n' }),
        await grant(KeyId, { Name: 'n' }),
        await grant(KeyId, { Name: 'n', Operations: ['Decrypt'] }),
        await grant(KeyId),
      ];
      expect(again.GrantId).toBe(first.GrantId);
      expect(again.GrantToken).not.toBe(first.GrantToken);
      expect(new Set([first, other, unnamed].map(({ GrantId }) => GrantId)).size).toBe(3);
      const pages = [];
      for await (const page of sdk.paginateListGrants({ client: root, pageSize: 2 }, { KeyId }))
        pages.push(page.Grants?.length);
      expect(pages).toEqual([2, 1]);
      await expect(grant(KeyId, { DryRun: true })).rejects.toMatchObject({ name: 'DryRunOperationException' });
      expect((await root.send(new sdk.ListGrantsCommand({ KeyId }))).Grants).toHaveLength(3);
    });

    it('are retired by whom they name, and pass on no more than they have', async () => {
      const KeyId = await makeKey();
      const made = await grant(KeyId, { RetiringPrincipal: user('bob'), Operations: ['Encrypt', 'CreateGrant'] });
      const passOn = (Operations: sdk.GrantOperation[]) =>
        alice.send(new sdk.CreateGrantCommand({ KeyId, GranteePrincipal: user('bob'), Operations }));
      await passOn(['Encrypt']);
      await expect(passOn(['Decrypt'])).rejects.toMatchObject(denied);
      await encrypt(bob, KeyId);
      const retirable = await root.send(new sdk.ListRetirableGrantsCommand({ RetiringPrincipal: user('bob') }));
      expect(retirable.Grants?.map(({ GrantId }) => GrantId)).toEqual([made.GrantId]);
      await expect(alice.send(new sdk.RetireGrantCommand({ GrantToken: made.GrantToken }))).rejects.toMatchObject(
        denied,
      );
      await bob.send(new sdk.RetireGrantCommand({ GrantToken: made.GrantToken }));
      await expect(encrypt(alice, KeyId)).rejects.toMatchObject(denied);
    });

    it('are refused for whom and what there is not', async () => {
      const KeyId = await makeKey();
      await expect(grant(KeyId, { GranteePrincipal: user('nobody') })).rejects.toMatchObject({
        name: 'InvalidArnException',
      });
      const both = { EncryptionContextSubset: { a: '1' }, EncryptionContextEquals: { a: '1' } };
      await expect(grant(KeyId, { Constraints: both })).rejects.toMatchObject({ name: 'ValidationException' });
      await expect(encrypt(alice, KeyId)).rejects.toMatchObject(denied);
      const wrong = new sdk.EncryptCommand({ KeyId, Plaintext: PLAINTEXT, GrantTokens: ['a'] });
      await expect(root.send(wrong)).rejects.toMatchObject({ name: 'InvalidGrantTokenException' });
      await root.send(new sdk.DisableKeyCommand({ KeyId }));
      await expect(grant(KeyId)).rejects.toMatchObject({ name: 'DisabledException' });
    });
  });
}
