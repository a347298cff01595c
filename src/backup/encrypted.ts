import { pipeline, Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';
import { KmsError } from '../errors.js';
import { invalidBackup } from './invalid-backup.js';

/** Who can read a backup: whoever has the secret key of one of the recipients, or knows the passphrase. */
export type Readers = { readonly recipients: readonly string[] } | { readonly passphrase: string };

/** What opens one. */
export type Opener = { readonly identities: readonly string[] } | { readonly passphrase: string };

const MIN_PASSPHRASE = 16;
/** Lines are compressed so many characters at once. */
const PIECE = 2 ** 18;

/**
 * Compressed by gzip, and encrypted as https://age-encryption.org/v1 says: for X25519 recipients, or by scrypt under a passphrase.
 * @throws KmsError invalid-request for what is no recipient, or a passphrase that is too short
 */
export function encryptorFor(readers: Readers): (lines: AsyncIterable<string>) => Promise<AsyncIterable<Buffer>> {
  const encrypter = new Encrypter();
  if ('passphrase' in readers) encrypter.setPassphrase(longEnough(readers.passphrase));
  else for (const recipient of readers.recipients) addRecipient(encrypter, recipient);
  return async (lines) => {
    const packed = pipeline(Readable.from(inPieces(lines)), createGzip(), ignore);
    const encrypted = await encrypter.encrypt(Readable.toWeb(packed) as ReadableStream<Uint8Array>);
    return buffersOf(encrypted);
  };
}

/** @throws KmsError invalid-backup for what does not open, at once or on the way; invalid-request for what is no identity */
export async function* decrypted(pieces: AsyncIterable<Uint8Array>, opener: Opener): AsyncGenerator<Buffer, void> {
  const decrypter = new Decrypter();
  if ('passphrase' in opener) decrypter.addPassphrase(opener.passphrase);
  else for (const identity of opener.identities) addIdentity(decrypter, identity);
  const opened = await open(decrypter, Readable.toWeb(Readable.from(pieces)) as ReadableStream<Uint8Array>);
  try {
    yield* pipeline(Readable.fromWeb(opened as never), createGunzip(), ignore) as AsyncIterable<Buffer>;
  } catch (error) {
    throw invalidBackup('it was cut off, or changed on its way', error);
  }
}

async function open(decrypter: Decrypter, source: ReadableStream<Uint8Array>): Promise<ReadableStream<Uint8Array>> {
  try {
    return await decrypter.decrypt(source);
  } catch (error) {
    throw invalidBackup('it does not open by what was given, or is no file of age', error);
  }
}

function longEnough(passphrase: string): string {
  if (passphrase.length >= MIN_PASSPHRASE) return passphrase;
  throw new KmsError(
    'invalid-request',
    `passphrase: ${MIN_PASSPHRASE} characters or more: nothing else protects the backup`,
  );
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (error) {
    throw new KmsError('invalid-request', 'recipient: not a public key of age (age1…)', error);
  }
}

function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch (error) {
    throw new KmsError('invalid-request', 'identity: not a secret key of age (AGE-SECRET-KEY-1…)', error);
  }
}

async function* inPieces(lines: AsyncIterable<string>): AsyncGenerator<Buffer, void> {
  let piece = '';
  for await (const line of lines) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(piece);
}

async function* buffersOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Buffer, void> {
  for await (const { buffer, byteOffset, length } of Readable.fromWeb(stream as never) as AsyncIterable<Uint8Array>) {
    yield Buffer.from(buffer, byteOffset, length);
  }
}

/** What went wrong is told to whoever reads. */
function ignore(): void {}
