import { randomBytes } from 'node:crypto';
import { KeysteadClient } from '../src/client/client.js';
import type { KeysteadTarget } from './targets/keystead-target.js';
import type { Target } from './targets/target.js';

/** Different bodies, so that nothing can be answered from memory. */
const BODIES = 64;
const PLAINTEXT_BYTES = 256;
const BATCH_ITEMS = 100;
const CONTEXT = { tenant: 'acme', object: 'invoice-2931' };
const SIGNING_SPECS = ['ed25519', 'ecc-p256', 'rsa-2048'] as const;

/** Requests of each kind, ready to send. */
export type Workloads = Readonly<Record<'encrypt' | 'decrypt', readonly string[]>>;
export type MoreWorkloads = Readonly<Record<string, readonly string[]>>;
export const ITEMS_OF: Readonly<Record<string, number>> = {
  'encrypt, batches of 100': BATCH_ITEMS,
  'decrypt, batches of 100': BATCH_ITEMS,
};

const plaintexts = Array.from({ length: BODIES }, () => randomBytes(PLAINTEXT_BYTES));

export async function bareWorkloads({ port }: Target): Promise<Workloads> {
  const encrypt = plaintexts.map((plaintext) => ({ plaintext: base64(plaintext), context: CONTEXT }));
  const sealed = await Promise.all(
    encrypt.map(async (body) => {
      const answer = await fetch(`http://127.0.0.1:${port}/encrypt`, { method: 'POST', body: JSON.stringify(body) });
      return (await answer.json()) as { ciphertext: string };
    }),
  );
  const decrypt = sealed.map(({ ciphertext }) => ({ ciphertext, context: CONTEXT }));
  return {
    encrypt: encrypt.map((body) => post('/encrypt', body)),
    decrypt: decrypt.map((body) => post('/decrypt', body)),
  };
}

/** Makes a key of the default spec; what is encrypted is also decrypted and compared, once. */
export async function keysteadWorkloads(target: KeysteadTarget): Promise<Workloads> {
  const { id } = await adminOf(target).keys.create({ name: 'bench' });
  const items = plaintexts.map((plaintext) => ({ plaintext, context: CONTEXT }));
  const sealed = await ciphertextsOf(target, id);
  const path = `/api/v1/keyrings/default/keys/${id}`;
  const { app } = target.tokens;
  return {
    encrypt: items.map(({ plaintext, context }) =>
      post(`${path}/encrypt`, { plaintext: base64(plaintext), context }, app),
    ),
    decrypt: sealed.map((ciphertext) => post(`${path}/decrypt`, { ciphertext, context: CONTEXT }, app)),
  };
}

function batchOf(itemAt: (index: number) => object): object {
  return { items: Array.from({ length: BATCH_ITEMS }, (_, index) => itemAt(index % BODIES)) };
}

function plaintextAt(index: number): object {
  return { plaintext: base64(plaintexts[index]), context: CONTEXT };
}

/** Batches and signatures. */
export async function moreWorkloads(target: KeysteadTarget): Promise<MoreWorkloads> {
  const { app } = target.tokens;
  const { id } = await adminOf(target).keys.create({ name: 'bench-batch' });
  const path = `/api/v1/keyrings/default/keys/${id}`;
  const ciphertexts = await ciphertextsOf(target, id);
  const ciphertextAt = (index: number) => ({ ciphertext: ciphertexts[index], context: CONTEXT });
  const signing = SIGNING_SPECS.map(async (spec) => {
    const key = await adminOf(target).keys.create({ spec, usage: 'sign-verify' });
    const sign = `/api/v1/keyrings/default/keys/${key.id}/sign`;
    return [`sign, ${spec}`, plaintexts.map((message) => post(sign, { message: base64(message) }, app))] as const;
  });
  return {
    'encrypt, batches of 100': [post(`${path}/encrypt`, batchOf(plaintextAt), app)],
    'decrypt, batches of 100': [post(`${path}/decrypt`, batchOf(ciphertextAt), app)],
    ...Object.fromEntries(await Promise.all(signing)),
  };
}

async function ciphertextsOf({ server, tokens }: KeysteadTarget, key: string): Promise<string[]> {
  const client = new KeysteadClient({ url: server.url, token: tokens.app });
  return Promise.all(
    plaintexts.map(async (plaintext) => {
      const { ciphertext } = await client.encrypt(key, { plaintext, context: CONTEXT });
      const opened = await client.decrypt({ ciphertext, context: CONTEXT });
      if (!opened.plaintext.equals(plaintext)) throw new Error('a ciphertext did not open to its plaintext');
      return base64(ciphertext);
    }),
  );
}

function adminOf({ server, tokens }: KeysteadTarget): KeysteadClient {
  return new KeysteadClient({ url: server.url, token: tokens.keyAdmin });
}

function base64(bytes: Buffer | undefined): string {
  return bytes?.toString('base64') ?? '';
}

function post(path: string, body: object, token?: string): string {
  const text = JSON.stringify(body);
  const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
  return `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${authorization}content-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}
