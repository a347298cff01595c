import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { awsEnvironment } from '../../support/aws-client.js';
import { runTool, toolIsHere } from '../../support/run-tool.js';
import type { Server } from '../../support/server.js';

const cli = toolIsHere('aws', '--version') ? describe : describe.skip;
const withoutEndpoint = takesEndpointFromSettings() ? it : it.skip;
const boto3 = toolIsHere('python3', '-c', 'import boto3') ? describe : describe.skip;

/** Clients that are not of JavaScript, where they are on the machine. */
export function cliAndBoto3Suite(server: () => Server): void {
  let settings: Record<string, string>;

  beforeAll(async () => {
    settings = await awsEnvironment(server());
  });

  async function kms(...args: string[]) {
    const endpoint = ['--endpoint-url', server().url];
    const text = await runTool('aws', [...endpoint, '--output', 'json', ...args], settings);
    return text === '' ? {} : JSON.parse(text);
  }

  cli('the AWS CLI, with the settings of tokens.env', () => {
    it('makes keys, encrypts and decrypts', async () => {
      const { KeyMetadata } = await kms(
        'kms',
        'create-key',
        '--description',
        'by the CLI',
        '--tags',
        'TagKey=a,TagValue=ü',
      );
      expect(KeyMetadata).toMatchObject({ KeyState: 'Enabled', Description: 'by the CLI' });
      await kms('kms', 'create-alias', '--alias-name', 'alias/cli', '--target-key-id', KeyMetadata.KeyId);
      const context = ['--encryption-context', 'tenant=é,b=2'];
      const blob = join(server().dataDir, 'plaintext');
      await writeFile(blob, 'hello');
      const sealed = await kms('kms', 'encrypt', '--key-id', 'alias/cli', '--plaintext', `fileb://${blob}`, ...context);
      expect(sealed.KeyId).toBe(KeyMetadata.Arn);
      await writeFile(blob, Buffer.from(sealed.CiphertextBlob, 'base64'));
      const opened = await kms('kms', 'decrypt', '--ciphertext-blob', `fileb://${blob}`, ...context);
      expect(Buffer.from(opened.Plaintext, 'base64').toString()).toBe('hello');
      expect((await kms('kms', 'list-keys')).Keys).toContainEqual({
        KeyId: KeyMetadata.KeyId,
        KeyArn: KeyMetadata.Arn,
      });
      await expect(kms('kms', 'describe-key', '--key-id', 'alias/none')).rejects.toMatchObject({
        stderr: expect.stringMatching(
          /\(NotFoundException\).*Alias arn:aws:kms:us-east-1:000000000001:alias\/none is not found\./,
        ),
      });
    });

    withoutEndpoint('needs no endpoint besides, from 1.29 and 2.13 on', async () => {
      const { Keys } = JSON.parse(await runTool('aws', ['--output', 'json', 'kms', 'list-keys'], settings));
      expect(Keys).toEqual((await kms('kms', 'list-keys')).Keys);
    });

    it('learns whose credentials it has', async () => {
      expect(await kms('sts', 'get-caller-identity')).toEqual({
        Account: '000000000001',
        UserId: '000000000001',
        Arn: 'arn:aws:iam::000000000001:root',
      });
      await expect(kms('sts', 'get-session-token')).rejects.toMatchObject({
        stderr: expect.stringContaining('(InvalidAction)'),
      });
    });
  });

  const SCRIPT = `
import boto3, botocore.exceptions, os
endpoint = os.environ['KEYSTEAD_URL']
kms = boto3.client('kms', endpoint_url=endpoint)
key = kms.create_key(Description='by boto3')['KeyMetadata']
sealed = kms.encrypt(KeyId=key['Arn'], Plaintext=b'hello', EncryptionContext={'b': '2', 'a': 'é'})
opened = kms.decrypt(CiphertextBlob=sealed['CiphertextBlob'], EncryptionContext={'a': 'é', 'b': '2'})
assert opened['Plaintext'] == b'hello' and opened['KeyId'] == key['Arn']
made = kms.generate_data_key(KeyId=key['KeyId'], KeySpec='AES_256')
assert kms.decrypt(CiphertextBlob=made['CiphertextBlob'])['Plaintext'] == made['Plaintext']
assert key['KeyId'] in [k['KeyId'] for page in kms.get_paginator('list_keys').paginate(PaginationConfig={'PageSize': 1}) for k in page['Keys']]
try:
    kms.decrypt(CiphertextBlob=sealed['CiphertextBlob'][:-1] + b'x')
    raise AssertionError('a changed ciphertext opened')
except kms.exceptions.InvalidCiphertextException:
    pass
kms.disable_key(KeyId=key['KeyId'])
try:
    kms.encrypt(KeyId=key['KeyId'], Plaintext=b'hello')
    raise AssertionError('a disabled key encrypted')
except kms.exceptions.DisabledException as error:
    assert error.response['Error']['Message'] == key['Arn'] + ' is disabled.', error
wrong = boto3.client('kms', endpoint_url=endpoint, aws_access_key_id=os.environ['AWS_ACCESS_KEY_ID'], aws_secret_access_key='x' * 40)
try:
    wrong.list_keys()
    raise AssertionError('a wrong secret got in')
except botocore.exceptions.ClientError as error:
    assert error.response['Error']['Code'] == 'InvalidSignatureException', error
elsewhere = boto3.client('kms', endpoint_url=endpoint, region_name='eu-north-1')
try:
    elsewhere.list_keys()
    raise AssertionError('a region that is not there answered')
except botocore.exceptions.ClientError as error:
    assert error.response['Error']['Code'] == 'UnrecognizedClientException', error
print(boto3.client('sts', endpoint_url=endpoint).get_caller_identity()['Arn'])
`;

  boto3('boto3', () => {
    it('works with keys, and knows every error by its class', async () => {
      const output = await runTool('python3', ['-c', SCRIPT], { ...settings, KEYSTEAD_URL: server().url });
      expect(output.trim()).toBe('arn:aws:iam::000000000001:root');
    });
  });
}

function takesEndpointFromSettings(): boolean {
  const version = /aws-cli\/(\d+)\.(\d+)/.exec(String(spawnSync('aws', ['--version']).stdout));
  if (!version) return false;
  const [major = 0, minor = 0] = version.slice(1).map(Number);
  const takes = minor >= (major === 1 ? 29 : 13);
  if (!takes) console.log(`skipped: aws-cli ${major}.${minor} takes --endpoint-url only`);
  return takes;
}
