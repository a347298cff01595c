import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '../../crypto/secret.js';
import { KmsError } from '../../errors.js';
import { mustBeOpen, mustBeRootKeyOf, mustBeWrappable } from '../checks.js';
import { RootKey, type WrappedByRoot } from '../root-key.js';
import { RootRefusal } from '../root-refusal.js';
import { aesGcm } from './cryptoki.js';
import { CryptokiFailure } from './cryptoki-process.js';
import { KEY_ID_BYTES, newKeyId, newestOf, versionOf } from './key-id.js';
import { pkcs11Failure } from './pkcs11-failure.js';
import type { Pkcs11Address } from './pkcs11-uri.js';
import { TokenSession, type TokenKey } from './token-session.js';

const FORMAT = 1;
const IV_BYTES = 12;
const BLOB_BYTES = 1 + KEY_ID_BYTES + IV_BYTES + 32 + 16;
const LABEL = 'keystead/v1/pkcs11-root/wrap';

/** What libraries say when a tag of AES-GCM does not fit; some of it could mean anything. */
const DOES_NOT_OPEN = new Set([
  'CKR_ENCRYPTED_DATA_INVALID',
  'CKR_ENCRYPTED_DATA_LEN_RANGE',
  'CKR_AEAD_DECRYPT_FAILED',
  'CKR_FUNCTION_FAILED',
  'CKR_GENERAL_ERROR',
]);

/** A fresh session would not help. A wrong PIN above all must not be tried again: tokens lock themselves. */
function isFinal({ symptom }: CryptokiFailure): boolean {
  return symptom.startsWith('CKR_PIN') || ['TIMEOUT', 'NOT_INSTALLED', 'NOT_LOADED'].includes(symptom);
}

/** Rotations of this process, one after the other. Two processes at once make two keys of one version, told apart by their ids. */
let rotations: Promise<unknown> = Promise.resolve();

/**
 * A root key in a hardware security module: AES-256 keys that never leave it, one for each version, all under one label.
 *
 *     blob = format (1 byte, 01) ‖ CKA_ID of the key (12) ‖ IV (12) ‖ ciphertext (32) ‖ tag (16)
 *     AAD  = SHA-256(label ‖ format ‖ CKA_ID ‖ length of the root's id (u16, big-endian) ‖ id ‖ context)
 *
 * A session that is lost (the token taken out, the HSM started anew) is opened and logged in again, once for each call.
 */
export class Pkcs11RootKey extends RootKey {
  readonly id: string;
  readonly #address: Pkcs11Address;
  readonly #pin: Secret;
  #session: TokenSession | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #refused: RootRefusal | undefined;
  #closed = false;

  constructor(address: Pkcs11Address, pin: Secret) {
    super();
    this.id = address.id;
    this.#address = address;
    this.#pin = pin;
  }

  async wrap(key: Secret, context: Buffer): Promise<WrappedByRoot> {
    mustBeOpen(this.#closed);
    mustBeWrappable(key);
    return this.#use(async (session) => {
      const newest = newestOf(await this.#keys(session)) ?? this.#noKey();
      const iv = randomBytes(IV_BYTES);
      const sealed = await session.encrypt(newest, aesGcm(iv, this.#aad(newest.id, context)), key.bytes);
      const blob = Buffer.concat([Buffer.of(FORMAT), newest.id, iv, sealed]);
      if (blob.length !== BLOB_BYTES)
        throw new KmsError('root-unavailable', 'The HSM answered something else than AES-GCM. Take another one');
      return { rootId: this.id, rootVersion: versionOf(newest), blob };
    });
  }

  async unwrap({ rootId, rootVersion, blob }: WrappedByRoot, context: Buffer): Promise<Secret> {
    mustBeOpen(this.#closed);
    mustBeRootKeyOf(rootId, this.id);
    const id = blob.subarray(1, 1 + KEY_ID_BYTES);
    const iv = blob.subarray(1 + KEY_ID_BYTES, 1 + KEY_ID_BYTES + IV_BYTES);
    if (blob.length !== BLOB_BYTES || blob[0] !== FORMAT || id.readUInt32BE() !== rootVersion) {
      throw this.#doesNotOpen(rootVersion);
    }
    return this.#use(async (session) => {
      const find = async () => (await this.#keys(session)).find((key) => key.id.equals(id));
      const key = await find();
      if (!key) throw this.#doesNotOpen(rootVersion);
      try {
        const sealed = blob.subarray(1 + KEY_ID_BYTES + IV_BYTES);
        return new Secret(await session.decrypt(key, aesGcm(Buffer.from(iv), this.#aad(id, context)), sealed));
      } catch (error) {
        const failed =
          error instanceof CryptokiFailure && error.method === 'C_Decrypt' && DOES_NOT_OPEN.has(error.symptom);
        throw failed && (await find()) ? this.#doesNotOpen(rootVersion) : error;
      }
    });
  }

  async rotate(): Promise<number> {
    mustBeOpen(this.#closed);
    const turn = rotations.then(() =>
      this.#use(async (session) => {
        const newest = newestOf(await this.#keys(session)) ?? this.#noKey();
        const version = versionOf(newest) + 1;
        await session.generate(newKeyId(version));
        return version;
      }),
    );
    rotations = turn.catch(() => undefined);
    return turn;
  }

  async newestVersion(): Promise<number> {
    mustBeOpen(this.#closed);
    return this.#use(async (session) => versionOf(newestOf(await this.#keys(session)) ?? this.#noKey()));
  }

  async check(): Promise<void> {
    await this.newestVersion();
  }

  /** Makes the first version. @throws KmsError conflict if there is one */
  async create(): Promise<void> {
    await this.#use(async (session) => {
      if ((await session.keys()).length > 0) {
        throw new KmsError(
          'conflict',
          `The token has a key of this label already: the root ${this.id} is not made anew`,
        );
      }
      await session.generate(newKeyId(1));
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#end();
    this.#pin.destroy();
  }

  /** One call after the other. */
  async #use<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => this.#attempt(work));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** A call that failed for the session's sake is made again on a new one. */
  async #attempt<T>(work: (session: TokenSession) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(await this.#open());
      } catch (error) {
        if (!(error instanceof CryptokiFailure)) throw error;
        this.#end();
        mustBeOpen(this.#closed);
        if (attempt === 2 || isFinal(error)) throw this.#failure(error);
      }
    }
  }

  async #open(): Promise<TokenSession> {
    mustBeOpen(this.#closed);
    if (this.#refused) throw this.#refused;
    const session = (this.#session ??= await TokenSession.open(this.#address, this.#pin.bytes.toString('utf8')));
    if (this.#closed) this.#end();
    mustBeOpen(this.#closed);
    return session;
  }

  #end(): void {
    this.#session?.end();
    this.#session = undefined;
  }

  /** @throws CryptokiFailure when there are none because the token is gone; KmsError wrong-root-key */
  async #keys(session: TokenSession): Promise<TokenKey[]> {
    const keys = (await session.keys()).filter(({ id }) => id.length === KEY_ID_BYTES);
    if (keys.length === 0 && !(await session.isThere())) {
      throw new CryptokiFailure('CKR_TOKEN_NOT_PRESENT', 'C_GetTokenInfo');
    }
    if (keys.some(({ extractable }) => extractable)) {
      throw new KmsError(
        'wrong-root-key',
        `A version of the root ${this.id} may leave its token (CKA_EXTRACTABLE). Make another root key`,
      );
    }
    return keys;
  }

  #aad(keyId: Buffer, context: Buffer): Buffer {
    const id = Buffer.from(this.id);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const parts = [Buffer.from(LABEL), Buffer.of(FORMAT), keyId, length, id, context];
    return createHash('sha256').update(Buffer.concat(parts)).digest();
  }

  #failure(error: CryptokiFailure): KmsError {
    const failure = pkcs11Failure(error, this.id);
    if (failure instanceof RootRefusal) this.#refused = failure;
    return failure;
  }

  #noKey(): never {
    throw new KmsError(
      'wrong-root-key',
      `The token has no key of the root ${this.id}. Correct the root key URI; for a first start make one by keystead root create`,
    );
  }

  #doesNotOpen(version: number): KmsError {
    return new KmsError('wrong-root-key', `Version ${version} of the root ${this.id} does not open this wrapping`);
  }
}
