import { sign, verify, type SignKeyObjectInput, type VerifyKeyObjectInput } from 'node:crypto';

/** Messages up to this size are hashed faster than a thread is woken. */
const SMALL_MESSAGE = 65_536;

/** `sign` of node:crypto in the thread pool. @param hash null for algorithms that hash by themselves */
export function signOffLoop(hash: string | null, message: Buffer, key: SignKeyObjectInput): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    sign(hash, message, key, (error, signature) => (error ? reject(error) : resolve(signature)));
  });
}

/** `verify` of node:crypto in the thread pool. Whatever cannot be a signature is a wrong one. */
export function verifyOffLoop(
  hash: string | null,
  message: Buffer,
  key: VerifyKeyObjectInput,
  signature: Buffer,
): Promise<boolean> {
  return new Promise((resolve) => {
    verify(hash, message, key, signature, (error, valid) => resolve(error === null && valid));
  });
}

/** For Ed25519 and P-256, which take some 30 µs: small messages are signed at once, large ones in the thread pool. */
export async function signQuick(hash: string | null, message: Buffer, key: SignKeyObjectInput): Promise<Buffer> {
  return message.length <= SMALL_MESSAGE ? sign(hash, message, key) : signOffLoop(hash, message, key);
}

/** The same for verification. */
export async function verifyQuick(
  hash: string | null,
  message: Buffer,
  key: VerifyKeyObjectInput,
  signature: Buffer,
): Promise<boolean> {
  if (message.length > SMALL_MESSAGE) return verifyOffLoop(hash, message, key, signature);
  try {
    return verify(hash, message, key, signature);
  } catch {
    return false;
  }
}
