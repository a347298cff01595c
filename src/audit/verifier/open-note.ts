import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto';
import { NotVerified } from './not-verified.js';

/** Who signs a log, as its `vkey` says. */
export interface VerifierKey {
  readonly name: string;
  readonly keyId: Buffer;
  readonly key: KeyObject;
}

const VERIFIER_KEY = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u;
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u;
const MAX_SIGNATURES = 64;

/** @throws NotVerified for what is no verifier key of Ed25519, or one whose id is not its own */
export function readVerifierKey(text: string): VerifierKey {
  const [, name, id, encoded] = VERIFIER_KEY.exec(text.trim()) ?? [];
  const typed = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || id === undefined || typed.length !== 33 || typed[0] !== 0x01) {
    throw new NotVerified('the verifier key is not of the form name+id+key with an Ed25519 key');
  }
  const keyId = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4);
  if (keyId.toString('hex') !== id) throw new NotVerified('the id in the verifier key is not that of its key');
  const x = typed.subarray(1).toString('base64url');
  return { name, keyId, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
}

/**
 * The text of a note that the key has signed; signatures of others are ignored. https://c2sp.org/signed-note
 * @throws NotVerified
 */
export function openNote(note: string, signer: VerifierKey): string {
  const end = note.lastIndexOf('\n\n');
  const lines = note.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '' || lines.length === 0 || lines.length > MAX_SIGNATURES) {
    throw new NotVerified('this is no signed note');
  }
  const text = note.slice(0, end + 1);
  let isSigned = false;
  for (const line of lines) {
    const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
    const signature = Buffer.from(encoded ?? '', 'base64');
    if (name === undefined || signature.length < 5) throw new NotVerified('a signature line of the note is malformed');
    if (name !== signer.name || !signature.subarray(0, 4).equals(signer.keyId)) continue;
    if (!verify(null, Buffer.from(text), signer.key, signature.subarray(4))) {
      throw new NotVerified(`the signature of ${name} is wrong`);
    }
    isSigned = true;
  }
  if (!isSigned) throw new NotVerified(`the note is not signed by ${signer.name}`);
  return text;
}
