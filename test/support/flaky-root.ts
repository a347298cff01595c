import type { Secret } from '../../src/crypto/secret.js';
import { KmsError } from '../../src/errors.js';
import { RootKey, type WrappedByRoot } from '../../src/roots/root-key.js';

/** A real root that goes away after so many calls, and comes back. */
export class FlakyRoot extends RootKey {
  readonly id: string;
  /** How many more times it wraps or unwraps. */
  left = Infinity;

  constructor(private readonly root: RootKey) {
    super();
    this.id = root.id;
  }

  override async wrap(key: Secret, context: Buffer): Promise<WrappedByRoot> {
    this.#spend();
    return this.root.wrap(key, context);
  }

  override async unwrap(wrapped: WrappedByRoot, context: Buffer): Promise<Secret> {
    this.#spend();
    return this.root.unwrap(wrapped, context);
  }

  override async rotate(): Promise<number> {
    return this.root.rotate();
  }

  override async newestVersion(): Promise<number> {
    return this.root.newestVersion();
  }

  override async check(): Promise<void> {
    await this.root.check();
  }

  override async close(): Promise<void> {
    await this.root.close();
  }

  #spend(): void {
    if (this.left <= 0) throw new KmsError('root-unavailable', 'the root went away');
    this.left -= 1;
  }
}
