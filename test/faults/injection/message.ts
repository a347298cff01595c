import { randomBytes } from 'node:crypto';
import type { PersistentClient } from './persistent-client.js';

/** Something that was encrypted, and acknowledged: it must be decrypted later to what it was. */
export interface Message {
  readonly key: string;
  readonly version: number;
  readonly plaintext: Buffer;
  readonly ciphertext: Buffer;
}

export async function encryptMessage(app: PersistentClient, key: string): Promise<Message> {
  const plaintext = randomBytes(24);
  const { ciphertext, version } = await app.ask((client) => client.encrypt(key, { plaintext }));
  return { key, version, plaintext, ciphertext };
}
