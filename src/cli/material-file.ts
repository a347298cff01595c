import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UsageError } from './usage-error.js';

export type MaterialEncoding = 'raw' | 'base64' | 'hex';

/**
 * Key material from a file: as it is, decoded, or from the PEM of a private key, which becomes PKCS#8 DER.
 * @returns a buffer that the caller zeroes
 * @throws UsageError
 */
export async function readMaterial(file: string, encoding: MaterialEncoding): Promise<Buffer> {
  const bytes = await readFile(file);
  if (encoding === 'raw') return bytes.includes('-----BEGIN') ? fromPem(file, bytes) : bytes;
  const text = bytes.toString('latin1').replaceAll(/\s/g, '');
  bytes.fill(0);
  const form = encoding === 'hex' ? /^([0-9a-fA-F]{2})+$/ : /^[A-Za-z0-9+/]+={0,2}$/;
  if (!form.test(text)) throw new UsageError(`${file} does not hold ${encoding}.`);
  return Buffer.from(text, encoding);
}

function fromPem(file: string, pem: Buffer): Buffer {
  try {
    return createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  } catch {
    throw new UsageError(`${file} holds no private key in PEM that can be read without a passphrase.`);
  } finally {
    pem.fill(0);
  }
}
