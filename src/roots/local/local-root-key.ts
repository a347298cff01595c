import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Secret } from '../../crypto/secret.js';
import { isKmsError, KmsError } from '../../errors.js';
import { mustBeOpen, mustBeRootKeyOf, mustBeWrappable } from '../checks.js';
import { RootKey, type WrappedByRoot } from '../root-key.js';
import { fileFailure } from './file-failure.js';
import { readRootKeyFile, stampRootKeyFile, type ReadRootKeyFile } from './read-root-key-file.js';
import { forget, formatRootKeyFile, type RootKeyFile, type RootKeyVersion } from './root-key-file.js';
import { whileRotating } from './rotation-lock.js';
import { sealFile, type FileSeal } from './sealed-file.js';
import { unwrapUnderRoot, wrapUnderRoot } from './wrap-under-root.js';
import { removeDrafts, replaceFile } from './write-root-key-file.js';

/**
 * A root key in a file of this machine (see `formatRootKeyFile`, `wrapUnderRoot`). Every call looks whether the file was
 * replaced, so that a rotation by another process counts at once and taking the file away takes the root away.
 */
export class LocalRootKey extends RootKey {
  readonly id: string;
  readonly #path: string;
  readonly #seal: FileSeal | undefined;
  readonly #versions: Map<number, RootKeyVersion>;
  #newest: number;
  #stamp: string;
  #closed = false;
  #refreshed: Promise<void> = Promise.resolve();

  /**
   * @param seal for a file that is sealed; its key is destroyed with the root
   * @throws KmsError as `readRootKeyFile`
   */
  static async open(path: string, seal?: FileSeal): Promise<LocalRootKey> {
    return new LocalRootKey(path, await readRootKeyFile(path, seal), seal);
  }

  private constructor(path: string, { file, stamp }: ReadRootKeyFile, seal: FileSeal | undefined) {
    super();
    this.id = file.id;
    this.#path = path;
    this.#seal = seal;
    this.#versions = new Map(file.versions);
    this.#newest = file.newest;
    this.#stamp = stamp;
  }

  async wrap(key: Secret, context: Buffer): Promise<WrappedByRoot> {
    await this.#refresh();
    mustBeWrappable(key);
    const version = this.#newest;
    const blob = wrapUnderRoot({ id: this.id, version, key: this.#key(version) }, key.bytes, context);
    return { rootId: this.id, rootVersion: version, blob };
  }

  async unwrap({ rootId, rootVersion, blob }: WrappedByRoot, context: Buffer): Promise<Secret> {
    mustBeRootKeyOf(rootId, this.id);
    await this.#refresh();
    const root = { id: this.id, version: rootVersion, key: this.#key(rootVersion) };
    const opened = unwrapUnderRoot(root, blob, context);
    if (!opened) {
      throw new KmsError('wrong-root-key', `Version ${rootVersion} of ${this.id} does not open this wrapping`);
    }
    return new Secret(opened);
  }

  async rotate(): Promise<number> {
    mustBeOpen(this.#closed);
    return whileRotating(this.#path, async () => {
      await this.#refresh();
      mustBeOpen(this.#closed);
      const version = this.#newest + 1;
      const key = new Secret(randomBytes(32));
      const versions = new Map(this.#versions).set(version, { createdAt: new Date().toISOString(), key });
      const text = formatRootKeyFile({ id: this.id, versions });
      try {
        await removeDrafts(this.#path);
        await replaceFile(this.#path, this.#seal ? sealFile(this.#seal, text) : text);
      } catch (error) {
        throw fileFailure('root-unavailable', this.#path, error);
      } finally {
        text.fill(0);
        key.destroy();
      }
      await this.#refresh();
      return version;
    });
  }

  async newestVersion(): Promise<number> {
    await this.#refresh();
    return this.#newest;
  }

  async check(): Promise<void> {
    await this.#refresh();
  }

  async close(): Promise<void> {
    this.#closed = true;
    forget({ versions: this.#versions });
    this.#seal?.key.destroy();
  }

  /** Brings the keys in memory up to the file, one call after the other, so that no older reading comes last. */
  async #refresh(): Promise<void> {
    mustBeOpen(this.#closed);
    const turn = this.#refreshed.then(() => this.#reload());
    this.#refreshed = turn.catch(() => undefined);
    await turn;
  }

  async #reload(): Promise<void> {
    if ((await stampRootKeyFile(this.#path)) === this.#stamp) return;
    const { file, stamp } = await this.#read();
    try {
      mustBeOpen(this.#closed);
      this.#mustContinue(file);
      for (const [version, { createdAt, key }] of file.versions) {
        if (!this.#versions.has(version)) {
          this.#versions.set(version, { createdAt, key: new Secret(Buffer.from(key.bytes)) });
        }
      }
      this.#newest = file.newest;
      this.#stamp = stamp;
    } finally {
      forget(file);
    }
  }

  async #read(): Promise<ReadRootKeyFile> {
    try {
      return await readRootKeyFile(this.#path, this.#seal);
    } catch (error) {
      // A refusal that would be a wrong setting at start is an outage now.
      throw isKmsError(error, 'invalid-setting') ? new KmsError('root-unavailable', error.detail, error) : error;
    }
  }

  /** A file that lost or changed a version is an old backup or another root: going on would make data unreadable. */
  #mustContinue(file: RootKeyFile): void {
    const kept = [...this.#versions].every(([version, { key }]) => {
      const other = file.versions.get(version)?.key;
      return other !== undefined && timingSafeEqual(other.bytes, key.bytes);
    });
    if (file.id !== this.id || !kept) {
      throw new KmsError(
        'wrong-root-key',
        `The root key file ${this.#path} was replaced by another or an older one than ${this.id} version ${this.#newest}. Put the newest copy back`,
      );
    }
  }

  /** Checked again for `close`, which zeroes the keys and may have come in between. */
  #key(version: number): Buffer {
    mustBeOpen(this.#closed);
    const stored = this.#versions.get(version);
    if (!stored) {
      throw new KmsError(
        'wrong-root-key',
        `The root key file ${this.#path} has no version ${version}, only up to ${this.#newest}. Put the newest copy back`,
      );
    }
    return stored.key.bytes;
  }
}
