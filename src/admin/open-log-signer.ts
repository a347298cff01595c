import { readFile } from 'node:fs/promises';
import { generateSeed, isNoteName, NoteKey } from '../audit/log/note-key.js';
import { isKmsError, KmsError } from '../errors.js';
import { uuidv7 } from '../keys/uuid.js';
import { createFile } from '../roots/local/write-root-key-file.js';

/**
 * The key that signs the log, out of its file. A new log gets a new key; one that has a key keeps it.
 * @param isNew whether the log has no key yet
 * @throws KmsError invalid-setting
 */
export async function openLogSigner(path: string, isNew: () => Promise<boolean>): Promise<NoteKey> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') return undefined;
    throw refused(path, 'cannot be read', error);
  });
  if (text !== undefined) return read(path, text);
  if (!(await isNew())) {
    throw refused(path, 'is missing, and the audit log of this database has a key: every node needs its file');
  }
  return createSignerFile(path, `keystead/${uuidv7()}/audit/1`);
}

/**
 * A new key in a file; one that is there already is taken: another node that shares the directory may have made it.
 * @throws KmsError invalid-setting
 */
export async function createSignerFile(path: string, origin: string): Promise<NoteKey> {
  const file = { origin, seed: generateSeed().toString('base64') };
  await createFile(path, Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`)).catch((error: unknown) => {
    if (!isKmsError(error, 'conflict')) throw refused(path, 'cannot be made', error);
  });
  return openSignerFile(path);
}

/** @throws KmsError invalid-setting */
export async function openSignerFile(path: string): Promise<NoteKey> {
  return read(path, await readFile(path, 'utf8'));
}

function read(path: string, text: string): NoteKey {
  const { origin, seed } = parse(path, text);
  const bytes = Buffer.from(typeof seed === 'string' ? seed : '', 'base64');
  if (typeof origin !== 'string' || !isNoteName(origin) || bytes.length !== 32) {
    throw refused(path, 'must hold an "origin" and a "seed" of 32 bytes in base64');
  }
  return new NoteKey(origin, bytes);
}

function parse(path: string, text: string): { readonly origin?: unknown; readonly seed?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    // Not the parser's own words: they quote what the file holds.
    throw refused(path, 'is not JSON');
  }
}

function refused(path: string, what: string, cause?: unknown): KmsError {
  return new KmsError('invalid-setting', `KEYSTEAD_AUDIT_SIGNER: the file ${path} ${what}`, cause);
}
