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

/** The types of signature in the first byte of a key: https://c2sp.org/signed-note, https://c2sp.org/tlog-cosignature */
export const SIGNS = 0x01;
export const COSIGNS = 0x04;

/**
 * @param type what the key does
 * @throws NotVerified for what is no verifier key of Ed25519, or one whose id is not its own
 */
export function readVerifierKey(text: string, type = SIGNS): VerifierKey {
  const [, name, id, encoded] = VERIFIER_KEY.exec(text.trim()) ?? [];
  const typed = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || id === undefined || typed.length !== 33 || typed[0] !== type) {
    const what = type === SIGNS ? 'an Ed25519 key' : 'an Ed25519 key for cosignatures (type 0x04)';
    throw new NotVerified(`the verifier key is not of the form name+id+key with ${what}`);
  }
  const keyId = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'buffer').subarray(0, 4);
  if (keyId.toString('hex') !== id) throw new NotVerified('the id in the verifier key is not that of its key');
  const x = typed.subarray(1).toString('base64url');
  return { name, keyId, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
}

/** A note taken apart. */
export interface SplitNote {
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly keyId: Buffer; readonly signature: Buffer }[];
}

/** https://c2sp.org/signed-note. @throws NotVerified */
export function splitNote(note: string): SplitNote {
  const end = note.lastIndexOf('\n\n');
  const lines = note.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '' || lines.length === 0 || lines.length > MAX_SIGNATURES) {
    throw new NotVerified('this is no signed note');
  }
  const signatures = lines.map((line) => {
    const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? [];
    const bytes = Buffer.from(encoded ?? '', 'base64');
    if (name === undefined || bytes.length < 5) throw new NotVerified('a signature line of the note is malformed');
    return { name, keyId: bytes.subarray(0, 4), signature: bytes.subarray(4) };
  });
  return { text: note.slice(0, end + 1), signatures };
}

/**
 * The text of a note that the key has signed; signatures of others are ignored. https://c2sp.org/signed-note
 * @throws NotVerified
 */
export function openNote(note: string, signer: VerifierKey): string {
  const { text, signatures } = splitNote(note);
  const own = signatures.filter(({ name, keyId }) => name === signer.name && keyId.equals(signer.keyId));
  for (const { name, signature } of own) {
    if (!verify(null, Buffer.from(text), signer.key, signature)) {
      throw new NotVerified(`the signature of ${name} is wrong`);
    }
  }
  if (own.length === 0) throw new NotVerified(`the note is not signed by ${signer.name}`);
  return text;
}
