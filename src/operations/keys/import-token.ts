import { timingSafeEqual } from 'node:crypto';
import type { AsymmetricCipher } from '../../crypto/algorithm.js';
import { algorithmFor } from '../../crypto/algorithms.js';
import { ownBuffer } from '../../crypto/random.js';
import { KmsError } from '../../errors.js';
import type { ImportToken } from '../../keys/import-tokens.js';
import type { KeyRow } from '../../keys/records.js';
import type { Deps } from '../deps.js';

/** Of the key pair that imported material is wrapped to. */
const IMPORT_SPECS = ['rsa-2048', 'rsa-3072', 'rsa-4096'] as const;
export type ImportSpec = (typeof IMPORT_SPECS)[number];
const HOURS_24_MS = 86_400_000;
const MAX_TRIES = 5;
const TOKEN = /^kit_([0-9a-f]{24})_([0-9a-f]{64})$/;

/** What a token is for: another key, caller or algorithm needs another token. */
export interface ImportPermit {
  readonly key: Pick<KeyRow, 'id' | 'keyringId'>;
  readonly callerId: string;
  readonly algorithm: string;
  readonly spec: ImportSpec;
}

export interface MadeImportToken {
  readonly importToken: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  readonly expiresAt: Date;
}

/** Makes the wrapping key pair off the event loop and keeps its private half, wrapped by the keyring, for 24 hours. */
export async function makeImportToken(
  deps: Deps,
  { key, callerId, algorithm, spec }: ImportPermit,
  wrappingVersion: number,
): Promise<MadeImportToken> {
  const { material, publicKey } = await algorithmFor(spec).generate();
  try {
    const wrapping = await deps.secrets.wrappingKey(key.keyringId, wrappingVersion);
    const id = ownBuffer(12).toString('hex');
    const secret = ownBuffer(32).toString('hex');
    const expiresAt = new Date(deps.clock.now() + HOURS_24_MS);
    const bound = {
      id,
      keyringId: key.keyringId,
      keyId: key.id,
      callerId,
      algorithm: `${spec}/${algorithm}`,
      expiresAt,
    };
    const token = { ...bound, hash: deps.secrets.digest('import-token', id, secret) };
    const privateKey = wrapping.wrapSecret(material, labelOf(token));
    await deps.importTokens.create({ ...token, privateKey, wrappingVersion, failures: 0 });
    if (!publicKey) throw new Error(`a key of spec ${spec} has no public key`);
    return { importToken: `kit_${id}_${secret}`, publicKey, expiresAt };
  } finally {
    material.destroy();
  }
}

/** @throws KmsError invalid-import-token, the same for every reason */
export async function findImportToken(
  deps: Deps,
  text: string,
  key: ImportPermit['key'],
  callerId: string,
): Promise<ImportToken> {
  const [, id = '', secret = ''] = TOKEN.exec(text) ?? [];
  const token = id === '' ? undefined : await deps.importTokens.find(id);
  if (!token || !timingSafeEqual(token.hash, deps.secrets.digest('import-token', id, secret))) throw invalidToken();
  const isBound = token.keyringId === key.keyringId && token.keyId === key.id && token.callerId === callerId;
  if (!isBound || token.expiresAt.getTime() <= deps.clock.now()) throw invalidToken();
  const wrappingKeys = await deps.ledger.wrappingKeys(token.keyringId);
  const isLive = wrappingKeys.some((row) => row.version === token.wrappingVersion && row.state !== 'destroyed');
  if (!isLive) throw invalidToken();
  return token;
}

/**
 * Works with the token's private key. Each try is counted before it is made, so that no number of them at a time gets more than
 * five answers out of one token.
 * @throws KmsError invalid-import-token, integrity-failure; whatever `work` throws
 */
export async function tryImportToken<T>(
  deps: Deps,
  token: ImportToken,
  work: (importKey: AsymmetricCipher) => Promise<T>,
): Promise<T> {
  const tries = await deps.importTokens.countFailure(token.id);
  try {
    if (tries < 1 || tries > MAX_TRIES) throw invalidToken();
    const wrapping = await deps.secrets.wrappingKey(token.keyringId, token.wrappingVersion);
    const privateKey = wrapping.unwrapSecret(token.privateKey, labelOf(token));
    const spec = IMPORT_SPECS.find((one) => token.algorithm.startsWith(`${one}/`));
    const { cipher } = algorithmFor(spec ?? 'rsa-3072').load(privateKey);
    privateKey.destroy();
    if (!cipher) throw new Error(`an import key does not decrypt`);
    return await work(cipher);
  } catch (error) {
    if (tries >= MAX_TRIES) await deps.importTokens.burn(token.id);
    throw error;
  }
}

/** How the material is wrapped; tokens from before other specs were there name only that. */
export function algorithmIn({ algorithm }: ImportToken): string {
  return algorithm.split('/').at(-1) ?? algorithm;
}

/** Of two that use it, one wins. @throws KmsError invalid-import-token */
export async function useUpImportToken(deps: Deps, { id }: ImportToken): Promise<void> {
  if (!(await deps.importTokens.burn(id))) throw invalidToken();
}

/** Every other field of the row, so that the private key opens in no other. */
function labelOf(token: Omit<ImportToken, 'privateKey' | 'wrappingVersion' | 'failures'>): readonly string[] {
  const { id, keyringId, keyId, callerId, algorithm, hash, expiresAt } = token;
  return ['import-token', id, keyringId, keyId, callerId, algorithm, hash.toString('hex'), expiresAt.toISOString()];
}

function invalidToken(): KmsError {
  return new KmsError(
    'invalid-import-token',
    'importToken: it is not known here, has ended, was used, or is for another key or caller; get a new one (POST …/import-parameters)',
  );
}
