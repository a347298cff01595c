import { createCipheriv, createDecipheriv, generateKeySync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What the service is measured beside: parses the JSON, encrypts or decrypts with AES-256-GCM under one key, answers
 * JSON. It authenticates nobody, decides nothing and writes nothing down.
 */
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const key = generateKeySync('aes', { length: 256 });

interface Body {
  readonly plaintext: string;
  readonly ciphertext: string;
  readonly context: Readonly<Record<string, string>>;
}

function encrypt({ plaintext, context }: Body): object {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(JSON.stringify(context)));
  const sealed = [nonce, cipher.update(plaintext, 'base64'), cipher.final(), cipher.getAuthTag()];
  return { ciphertext: Buffer.concat(sealed).toString('base64') };
}

function decrypt({ ciphertext, context }: Body): object {
  const sealed = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(JSON.stringify(context)))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  const plaintext = [decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()];
  return { plaintext: Buffer.concat(plaintext).toString('base64') };
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body: Body = JSON.parse(Buffer.concat(chunks).toString());
    const answer = JSON.stringify(request.url === '/encrypt' ? encrypt(body) : decrypt(body));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
