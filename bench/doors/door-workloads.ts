import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { KeysteadClient } from '../../src/client/client.js';
import type { KeysteadTarget } from '../targets/keystead-target.js';
import { signed, type AwsCredentials } from './sign.js';

const BODIES = 64;
const PLAINTEXT_BYTES = 256;
const CONTEXT = { tenant: 'acme', object: 'invoice-2931' };

/** The same operation through both doors, ready to send. */
export interface DoorWorkload {
  readonly kind: string;
  readonly rest: readonly string[];
  readonly aws: readonly string[];
}

/** On one key each, of the same spec, by a caller with one binding and by the account's root principal. */
export async function doorWorkloads({ server, tokens }: KeysteadTarget): Promise<readonly DoorWorkload[]> {
  const credentials = await credentialsIn(server.dataDir);
  const { id } = await new KeysteadClient({ url: server.url, token: tokens.keyAdmin }).keys.create({});
  const made = await call<{ KeyMetadata: { KeyId: string } }>(server.url, signed('CreateKey', {}, credentials));
  const { KeyId } = made.KeyMetadata;
  const path = `/api/v1/keyrings/default/keys/${id}`;
  const plaintexts = Array.from({ length: BODIES }, () => randomBytes(PLAINTEXT_BYTES).toString('base64'));
  const rest = (name: string, body: object) => post(`${path}/${name}`, body, tokens.app);
  const aws = (action: string, body: object) =>
    signed(action, { KeyId, EncryptionContext: CONTEXT, ...body }, credentials);
  const encrypt = plaintexts.map((plaintext) => rest('encrypt', { plaintext, context: CONTEXT }));
  const awsEncrypt = plaintexts.map((Plaintext) => aws('Encrypt', { Plaintext }));
  const sealed = await Promise.all(encrypt.map((one) => call<{ ciphertext: string }>(server.url, one)));
  const awsSealed = await Promise.all(awsEncrypt.map((one) => call<{ CiphertextBlob: string }>(server.url, one)));
  return [
    { kind: 'Encrypt', rest: encrypt, aws: awsEncrypt },
    {
      kind: 'Decrypt',
      rest: sealed.map(({ ciphertext }) => rest('decrypt', { ciphertext, context: CONTEXT })),
      aws: awsSealed.map(({ CiphertextBlob }) => aws('Decrypt', { CiphertextBlob })),
    },
    {
      kind: 'GenerateDataKey',
      rest: plaintexts.map(() => rest('data-key', { context: CONTEXT })),
      aws: plaintexts.map(() => aws('GenerateDataKey', { KeySpec: 'AES_256' })),
    },
  ];
}

async function credentialsIn(dataDir: string): Promise<AwsCredentials> {
  const lines = await readFile(join(dataDir, 'tokens.env'), 'utf8');
  const read = (name: string) => new RegExp(`^export ${name}='(.*)'$`, 'm').exec(lines)?.[1] ?? '';
  return { accessKeyId: read('AWS_ACCESS_KEY_ID'), secretAccessKey: read('AWS_SECRET_ACCESS_KEY') };
}

function post(path: string, body: object, token: string): string {
  const json = JSON.stringify(body);
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${json.length}\r\n\r\n${json}`;
}

/** Sends one of the requests by itself, with the host that it is signed for. @throws Error if it is refused */
async function call<T>(url: string, whole: string): Promise<T> {
  const [head = '', body = ''] = whole.split('\r\n\r\n');
  const [line = '', ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((one) => one.split(': ') as [string, string]));
  const sent = request(new URL(line.split(' ')[1] ?? '/', url), { method: 'POST', headers });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const answered = await text(answer);
  if (answer.statusCode !== 200) throw new Error(answered);
  return JSON.parse(answered) as T;
}
