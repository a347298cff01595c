import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { awsEnvironment, type AwsCredentials } from '../support/aws-client.js';
import { call, Server, type Tokens } from '../support/server.js';
import { signRequest } from '../support/sign-request.js';

const ACCOUNT = '000000000001';
const KEYRING = `aws-${ACCOUNT}-us-east-1`;
const ROOT = `arn:aws:iam::${ACCOUNT}:root`;
const BOB = `arn:aws:iam::${ACCOUNT}:user/bob`;
const Plaintext = 'aGk=';
const TYPE = 'application/x-amz-json-1.1';
let server: Server;
let tokens: Tokens;
let root: AwsCredentials;
let bob: AwsCredentials & { readonly id: string };
let bobsToken: string;

beforeAll(async () => {
  server = await Server.start();
  tokens = await server.tokens();
  const settings = await awsEnvironment(server);
  root = { accessKeyId: settings.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: settings.AWS_SECRET_ACCESS_KEY ?? '' };
  await rest(tokens.admin, 'POST', 'callers', { name: 'bob', type: 'service' });
  bob = (await rest(tokens.admin, 'POST', 'callers/bob/access-keys', { accountId: ACCOUNT })).body;
  bobsToken = (await rest(tokens.admin, 'POST', 'callers/bob/tokens', {})).body.token;
  for (const role of ['crypto-user', 'key-admin'])
    await rest(tokens.admin, 'POST', 'bindings', { caller: 'bob', role, scope: { keyring: KEYRING } });
});
afterAll(async () => server.remove());

const rest = (token: string, method: string, path: string, body?: object) =>
  call(server, token, method, `/api/v1/${path}`, body);

async function post(
  headers: Readonly<Record<string, string>>,
  body: string,
  credentials: AwsCredentials,
  service = 'kms',
) {
  const wire = { headers: { host: new URL(server.url).host, ...headers }, body, at: new Date(), service };
  const signed = await signRequest(wire, credentials);
  const pairs = signed.headers.flatMap((name, at) => (at % 2 === 0 ? [[name, signed.headers[at + 1] ?? '']] : []));
  const answer = await fetch(server.url, { method: 'POST', headers: pairs as [string, string][], body });
  return { status: answer.status, text: await answer.text() };
}
async function act(action: string, input: object, credentials: AwsCredentials = root) {
  const headers = { 'content-type': TYPE, 'x-amz-target': `TrentService.${action}` };
  const { text } = await post(headers, JSON.stringify(input), credentials);
  return JSON.parse(text);
}
const makeKey = async (...denied: object[]): Promise<string> => {
  const allow = { Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' };
  const Statement = [allow, ...denied.map((one) => ({ ...allow, Effect: 'Deny', Principal: '*', ...one }))];
  const made = await act('CreateKey', { Policy: JSON.stringify({ Statement }), BypassPolicyLockoutSafetyCheck: true });
  return made.KeyMetadata.KeyId;
};
const lastRecord = async (query: string) =>
  (await rest(tokens.auditor, 'GET', `audit/records?limit=1&${query}`)).body.items[0];
const DENIED = { __type: 'AccessDeniedException' };

it('what a key policy denies by what is asked, it denies whoever asks however', async () => {
  const algorithm = { StringEquals: { 'kms:EncryptionAlgorithm': 'SYMMETRIC_DEFAULT' } };
  const [from, KeyId] = [await makeKey(), await makeKey({ Action: ['kms:Gen*', 'kms:ReEnc*'], Condition: algorithm })];
  expect(await act('GenerateDataKey', { KeyId, KeySpec: 'AES_256' })).toMatchObject(DENIED);
  expect(await act('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256' })).toMatchObject(DENIED);
  const { CiphertextBlob } = await act('Encrypt', { KeyId: from, Plaintext });
  expect(await act('ReEncrypt', { CiphertextBlob, DestinationKeyId: KeyId })).toMatchObject(DENIED);
  const own = (await act('Encrypt', { KeyId, Plaintext })).CiphertextBlob;
  expect(await act('ReEncrypt', { CiphertextBlob: own, DestinationKeyId: from })).toMatchObject(DENIED);

  const bound = await makeKey({ Action: 'kms:Encrypt', Condition: { Null: { 'kms:EncryptionContextKeys': true } } });
  expect(await act('Encrypt', { KeyId: bound, Plaintext, EncryptionContext: {} })).toMatchObject(DENIED);
  expect(await act('Encrypt', { KeyId: bound, Plaintext, EncryptionContext: { a: 'b' } })).toHaveProperty('KeyId');

  const named = await makeKey({ Condition: { StringLike: { 'kms:RequestAlias': 'alias/*' } } });
  await act('CreateAlias', { AliasName: 'alias/named', TargetKeyId: named });
  expect(await act('DescribeKey', { KeyId: named })).toHaveProperty('KeyMetadata');
  expect(await act('DescribeKey', { KeyId: 'alias/named' })).toMatchObject(DENIED);
  expect(await act('ReEncrypt', { CiphertextBlob, DestinationKeyId: 'alias/named' })).toMatchObject(DENIED);
});

it('what a key policy denies by the name of AWS, it denies at the REST door', async () => {
  const KeyId = await makeKey({ Action: ['kms:UpdateAlias', 'kms:UntagResource'] });
  const path = `keyrings/${KEYRING}`;
  expect(await act('CreateAlias', { AliasName: 'alias/fixed', TargetKeyId: KeyId })).toEqual({});
  expect((await rest(bobsToken, 'PUT', `${path}/aliases/fixed`, { key: await makeKey() })).status).toBe(403);
  expect((await rest(bobsToken, 'PATCH', `${path}/keys/${KeyId}`, { tags: { a: 'b' } })).status).toBe(200);
  expect((await rest(bobsToken, 'PATCH', `${path}/keys/${KeyId}`, { tags: {} })).status).toBe(403);
});

it('a caller that a key policy denies stays denied without its access key', async () => {
  const KeyId = await makeKey({ Principal: { AWS: BOB } });
  const path = `keyrings/${KEYRING}/keys/${KeyId}/encrypt`;
  expect(await act('Encrypt', { KeyId, Plaintext }, bob)).toMatchObject(DENIED);
  expect((await rest(bobsToken, 'POST', path, { plaintext: Plaintext })).status).toBe(403);
  await rest(tokens.admin, 'DELETE', `callers/bob/access-keys/${bob.id}`);
  expect(await act('Encrypt', { KeyId, Plaintext }, bob)).toMatchObject({ __type: 'UnrecognizedClientException' });
  expect((await rest(bobsToken, 'POST', path, { plaintext: Plaintext })).status).toBe(403);
  const other = `keyrings/${KEYRING}/keys/${await makeKey()}/encrypt`;
  expect((await rest(bobsToken, 'POST', other, { plaintext: Plaintext })).status).toBe(200);
});

it('what never became an operation is on record', async () => {
  const sts = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await post(sts, 'Action=AssumeRole', root, 'sts')).status).toBe(400);
  expect(await lastRecord('operation=read-request')).toMatchObject({
    door: 'aws',
    detail: { route: 'POST / sts', reason: 'InvalidAction' },
  });
  expect((await post({ 'content-type': TYPE, 'x-amz-target': 'Trent.Decrypt' }, '{}', root)).status).toBe(400);
  expect(await lastRecord('operation=read-request')).toMatchObject({ detail: { reason: 'UnknownOperationException' } });
  // It is read before it is known whose it is: nobody makes the service hold more.
  const large = 'x'.repeat(64 * 1024 + 1);
  expect((await post({ 'content-type': TYPE, 'x-amz-target': 'TrentService.Encrypt' }, large, root)).status).toBe(400);
  expect(await lastRecord('operation=read-request')).toMatchObject({
    caller: 'anonymous',
    code: 'payload-too-large',
    detail: { route: 'POST /' },
  });
});

it('a key policy is not held against a context that cannot be bound', async () => {
  const Condition = { StringLike: { 'kms:EncryptionContext:a': `*${'a'.repeat(30_000)}b` } };
  const KeyId = await makeKey({ Condition });
  const EncryptionContext = { a: 'a'.repeat(50_000) };
  expect(await act('Encrypt', { KeyId, Plaintext, EncryptionContext })).toMatchObject({
    __type: 'ValidationException',
    message: expect.stringContaining('context: longer than'),
  });
});

it('a marker, and an alias, that there is not is told as on AWS', async () => {
  const { KeyId } = (await act('CreateKey', {})).KeyMetadata;
  for (const [action, more] of [['ListKeys'], ['ListGrants', { KeyId }], ['ListKeyRotations', { KeyId }]] as const)
    expect(await act(action, { ...more, Marker: 'x' })).toMatchObject({ __type: 'InvalidMarkerException' });
  expect(await act('DescribeKey', { KeyId: `alias/${KeyId}` })).toMatchObject({ __type: 'NotFoundException' });
});

it('a time that there is not is a bad request', async () => {
  const { KeyId } = (await act('CreateKey', { Origin: 'EXTERNAL' })).KeyMetadata;
  const asked = { KeyId, ImportToken: 'aGk=', EncryptedKeyMaterial: 'aGk=' };
  for (const ValidTo of [-1e300, 1e300])
    expect(await act('ImportKeyMaterial', { ...asked, ValidTo })).toMatchObject({ __type: 'ValidationException' });
});
