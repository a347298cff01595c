import { createHash } from 'node:crypto';
import { request as send, type IncomingHttpHeaders } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { awsEnvironment, type AwsCredentials } from '../../support/aws-client.js';
import { call, type Server, type Tokens } from '../../support/server.js';
import { signRequest, type ToSign } from '../../support/sign-request.js';

const MISMATCH = /^The request signature we calculated does not match/;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // eslint-disable-next-line typescript/no-explicit-any -- whatever the door answers
  readonly body: any;
}

/** When a request is signed, from now. */
const at = (minutes: number) => ({ at: new Date(Date.now() + minutes * 60_000) });

function refused(answer: Answer, type: string, message: RegExp | string): void {
  expect(answer.body).toEqual({ __type: type, message: expect.stringMatching(message) });
  expect(answer.status).toBe(400);
  expect(answer.headers['content-type']).toBe('application/x-amz-json-1.1');
  expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
}

/** What somebody on the network may send. */
export function attacksSuite(server: () => Server): void {
  let tokens: Tokens;
  let root: AwsCredentials;

  beforeAll(async () => {
    tokens = await server().tokens();
    const settings = await awsEnvironment(server());
    root = { accessKeyId: settings.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: settings.AWS_SECRET_ACCESS_KEY ?? '' };
  });

  /** Just these bytes, and headers as often as they are listed. */
  function post(headers: readonly string[], body: string, method = 'POST', url = '/'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(server().url);
      const sent = send({ hostname, port, path: url, method, headers: [...headers], setHost: false }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { statusCode: status = 0, headers } = answer;
          resolve({ status, headers, body: text === '' ? {} : JSON.parse(text) });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  async function signed(action: string, body: string, more: Partial<ToSign> = {}, credentials = root) {
    const host = new URL(server().url).host;
    const headers = {
      host,
      'content-length': String(Buffer.byteLength(body)),
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${action}`,
    };
    const asked = { headers: { ...headers, ...more.headers }, body, at: more.at ?? new Date() };
    return [...(await signRequest({ ...more, ...asked }, credentials)).headers];
  }
  const act = async (action: string, input: object | string, more: Partial<ToSign> = {}, credentials = root) => {
    const body = typeof input === 'string' ? input : JSON.stringify(input);
    return post(await signed(action, body, more, credentials), body);
  };
  const lastRecord = async (query: string) =>
    (await call(server(), tokens.auditor, 'GET', `/api/v1/audit/records?limit=1&${query}`)).body.items[0];

  describe('a captured request', () => {
    it('does what it says, and nothing else', async () => {
      const { KeyMetadata } = (await act('CreateKey', {})).body;
      const body = JSON.stringify({ KeyId: KeyMetadata.KeyId });
      const headers = await signed('DescribeKey', body);
      expect(await post(headers, body)).toMatchObject({ status: 200, body: { KeyMetadata } });
      const become = headers.map((text) => text.replace('DescribeKey', 'ScheduleKeyDeletion'));
      refused(await post(become, body), 'InvalidSignatureException', MISMATCH);
      refused(await post(headers, body.replace('}', ' ')), 'InvalidSignatureException', MISMATCH);
      const twice = await post([...headers, 'X-Amz-Target', 'TrentService.ScheduleKeyDeletion'], body);
      refused(twice, 'IncompleteSignatureException', /x-amz-target came twice/);
      const unsigned = await signed('ScheduleKeyDeletion', body, { unsigned: ['x-amz-target'] });
      refused(await post(unsigned, body), 'InvalidSignatureException', /header x-amz-target must be a signed header/);
      expect((await post(headers, body)).body.KeyMetadata.KeyState).toBe('Enabled');
    });

    it('is refused outside its time, region and service', async () => {
      refused(
        await act('ListKeys', {}, at(-6)),
        'InvalidSignatureException',
        /^Signature expired: \d{8}T\d{6}Z is now earlier than/,
      );
      refused(await act('ListKeys', {}, at(6)), 'InvalidSignatureException', /^Signature not yet current: /);
      refused(
        await act('ListKeys', {}, { region: 'eu-north-1' }),
        'UnrecognizedClientException',
        /token included in the request is invalid/,
      );
      refused(await act('ListKeys', {}, { service: 's3' }), 'InvalidSignatureException', /correct service: 'kms'/);
      refused(await act('ListKeys', {}, { sessionToken: 'x' }), 'UnrecognizedClientException', /invalid/);
      const unknown = { ...root, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' };
      refused(await act('ListKeys', {}, {}, unknown), 'UnrecognizedClientException', /invalid/);
      expect(await lastRecord('operation=authenticate')).toMatchObject({
        outcome: 'denied',
        door: 'aws',
        detail: { reason: 'unknown-access-key' },
      });
      for (const hash of ['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD']) {
        const headers = { 'x-amz-content-sha256': hash };
        refused(await act('ListKeys', {}, { headers }), 'InvalidSignatureException', MISMATCH);
      }
    });

    it('does not come by a token, nor a signature by the other doors', async () => {
      const host = new URL(server().url).host;
      const type = ['content-type', 'application/x-amz-json-1.1'];
      const target = ['host', host, 'x-amz-target', 'TrentService.ListKeys', ...type];
      refused(await post(target, '{}'), 'MissingAuthenticationTokenException', /Missing|missing/);
      const bearer = [...target, 'authorization', `Bearer ${tokens.admin}`];
      refused(await post(bearer, '{}'), 'IncompleteSignatureException', /not an AWS4-HMAC-SHA256 signature/);
      const headers = await signed('ListKeys', '');
      expect((await post(headers, '', 'GET', '/api/v1/keyrings')).status).toBe(401);
      expect((await post(headers, '', 'PUT', '/')).status).toBe(405);
    });
  });

  describe('a request that cannot be read', () => {
    it.each([
      [
        'GenerateRandom',
        { NumberOfBytes: 0 },
        "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
      ],
      [
        'Encrypt',
        { KeyId: 'a', Plaintext: Buffer.alloc(4097).toString('base64') },
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
      ],
      [
        'DeriveSharedSecret',
        { KeyId: 'a', PublicKey: 'AA==', KeyAgreementAlgorithm: 'X' },
        "1 validation error detected: Value 'X' at 'keyAgreementAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [ECDH]",
      ],
      [
        'TagResource',
        { KeyId: 'a', Tags: [{ TagKey: '', TagValue: 'b' }] },
        "1 validation error detected: Value '' at 'tags.1.member.tagKey' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ],
      [
        'DescribeKey',
        {},
        "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null",
      ],
      [
        'CreateAlias',
        { AliasName: 'alias/ä', TargetKeyId: '' },
        "2 validation errors detected: Value 'alias/ä' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$; Value '' at 'targetKeyId' failed to satisfy constraint: Member must have length greater than or equal to 1",
      ],
      [
        'CreateKey',
        { KeySpec: 'RSA_2048' },
        'You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.',
      ],
    ])('is answered in the words of AWS: %s %#', async (action, input, message) => {
      const { status, body } = await act(action, input);
      expect(body).toEqual({ __type: 'ValidationException', message });
      expect(status).toBe(400);
      const record = await lastRecord('operation=read-request');
      expect(record).toMatchObject({
        door: 'aws',
        detail: { route: `POST / ${action}`, reason: 'ValidationException' },
      });
      expect(JSON.stringify(record)).not.toContain('AAAA');
    });

    it('is refused whatever it is', async () => {
      for (const body of [
        '',
        'x',
        '[]',
        '"a"',
        '{"KeyId":1}',
        '{"KeyId":"a","KeyId":"b"}',
        '{"__proto__":{}}',
        `{"a":${'['.repeat(99)}${']'.repeat(99)}}`,
      ]) {
        const { status, body: answer } = await act('DescribeKey', body);
        expect([status, answer.__type]).toEqual([400, expect.stringMatching(/^(Serialization|Validation)Exception$/)]);
      }
      refused(
        await act('Encrypt', { KeyId: 'a', Plaintext: 'not base64!' }),
        'SerializationException',
        'plaintext: not base64',
      );
      refused(await act('Fly', {}), 'UnknownOperationException', '');
      refused(await act('ConnectCustomKeyStore', {}), 'UnsupportedOperationException', /no custom key stores/);
      const tooLarge = await act('DescribeKey', 'x'.repeat(300 * 1024));
      refused(tooLarge, 'ValidationException', /larger than/);
    });

    it('is never done in half: Recipient and grant tokens', async () => {
      const { KeyId } = (await act('CreateKey', {})).body.KeyMetadata;
      const Plaintext = 'aGk=';
      refused(await act('Encrypt', { KeyId, Plaintext, GrantTokens: ['a'] }), 'InvalidGrantTokenException', /grant/);
      refused(
        await act('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient: {} }),
        'UnsupportedOperationException',
        /Recipient/,
      );
    });
  });

  async function make(Description: string, id: string): Promise<string> {
    const headers = { 'amz-sdk-invocation-id': id };
    return (await act('CreateKey', { Description }, { headers })).body.KeyMetadata.KeyId;
  }

  it('a retry creates nothing again, and another request under the same id does', async () => {
    const id = createHash('sha256').update('an invocation').digest('hex');
    const first = await make('one', id);
    expect(await make('one', id)).toBe(first);
    expect(await make('two', id)).not.toBe(first);
    expect(await make('one', `${id}x`)).not.toBe(first);
  });

  it('a retry rotates and grants nothing again, and another operation with the same body is none', async () => {
    const { KeyId } = (await act('CreateKey', {})).body.KeyMetadata;
    const retry = { headers: { 'amz-sdk-invocation-id': 'b'.repeat(36) } };
    for (const _ of [1, 2]) await act('RotateKeyOnDemand', { KeyId }, retry);
    expect((await act('ListKeyRotations', { KeyId })).body.Rotations).toHaveLength(1);
    const grant = { KeyId, GranteePrincipal: 'arn:aws:iam::000000000001:root', Operations: ['Encrypt'] };
    const { GrantId } = (await act('CreateGrant', grant, retry)).body;
    expect((await act('CreateGrant', grant, retry)).body.GrantId).toBe(GrantId);
    expect((await act('ListGrants', { KeyId })).body.Grants).toHaveLength(1);
    for (const action of ['DisableKey', 'EnableKey']) expect((await act(action, { KeyId }, retry)).status).toBe(200);
    expect((await act('DescribeKey', { KeyId })).body.KeyMetadata.KeyState).toBe('Enabled');
  });

  it('a caller without root does what its bindings allow, in its account', async () => {
    const post = async (path: string, body: object) =>
      (await call(server(), tokens.admin, 'POST', `/api/v1/${path}`, body)).body;
    const caller = await post('callers', { name: 'limited', type: 'service' });
    const key = await post(`callers/limited/access-keys`, { accountId: '000000000001' });
    const { KeyId, Arn } = (await act('CreateKey', {})).body.KeyMetadata;
    const encrypt = () => act('Encrypt', { KeyId, Plaintext: 'aGk=' }, {}, key);
    refused(
      await encrypt(),
      'AccessDeniedException',
      `^User: arn:aws:iam::000000000001:user/limited is not authorized to perform: kms:Encrypt on resource: ${Arn} `,
    );
    await post('bindings', {
      caller: caller.id,
      role: 'encrypt-only',
      scope: { keyring: 'aws-000000000001-us-east-1' },
    });
    const { CiphertextBlob } = (await encrypt()).body;
    refused(await act('Decrypt', { CiphertextBlob }, {}, key), 'AccessDeniedException', /kms:Decrypt/);
    const elsewhere = await post(`callers/limited/access-keys`, { accountId: '000000000002' });
    refused(
      await act('Encrypt', { KeyId, Plaintext: 'aGk=' }, {}, elsewhere),
      'UnrecognizedClientException',
      /invalid/,
    );
    await call(server(), tokens.admin, 'DELETE', `/api/v1/callers/limited/access-keys/${key.id}`);
    refused(await encrypt(), 'UnrecognizedClientException', /invalid/);
  });
}
