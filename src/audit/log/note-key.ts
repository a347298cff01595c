import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, type KeyObject } from 'node:crypto';
import { LogSigner } from './log-signer.js';

const ED25519 = Buffer.from([0x01]);
/** The DER of an Ed25519 private key up to its 32 bytes. RFC 8410, section 7. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** A key that signs notes under a name: https://c2sp.org/signed-note, with Ed25519. */
export class NoteKey extends LogSigner {
  readonly #key: KeyObject;
  readonly #keyId: Buffer;
  readonly verifierKey: string;

  /** @param seed the 32 bytes of an Ed25519 key, RFC 8032 */
  constructor(
    readonly name: string,
    seed: Buffer,
  ) {
    super();
    this.#key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
    const { x } = createPublicKey(this.#key).export({ format: 'jwk' });
    const typed = Buffer.concat([ED25519, Buffer.from(x ?? '', 'base64url')]);
    this.#keyId = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4);
    this.verifierKey = `${name}+${this.#keyId.toString('hex')}+${typed.toString('base64')}`;
  }

  sign(text: string): string {
    const signature = sign(null, Buffer.from(text), this.#key);
    return `${text}\n\u2014 ${this.name} ${Buffer.concat([this.#keyId, signature]).toString('base64')}\n`;
  }
}

export function generateSeed(): Buffer {
  const { d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  return Buffer.from(d ?? '', 'base64url');
}

/** Not empty, no spaces, no plus: https://c2sp.org/signed-note */
export function isNoteName(name: string): boolean {
  return /^[^\s+]+$/u.test(name);
}
