import type { Secret } from '../crypto/secret.js';
import { isKmsError } from '../errors.js';
import type { Tracer } from '../tracer.js';
import { RootKey, type WrappedByRoot } from './root-key.js';

/** A root key whose calls are spans. */
export class TracedRootKey extends RootKey {
  readonly id: string;

  constructor(
    private readonly root: RootKey,
    private readonly tracer: Tracer,
  ) {
    super();
    this.id = root.id;
  }

  wrap(key: Secret, context: Buffer): Promise<WrappedByRoot> {
    return this.#traced('root.wrap', () => this.root.wrap(key, context));
  }

  unwrap(wrapped: WrappedByRoot, context: Buffer): Promise<Secret> {
    return this.#traced('root.unwrap', () => this.root.unwrap(wrapped, context));
  }

  rotate(): Promise<number> {
    return this.#traced('root.rotate', () => this.root.rotate());
  }

  newestVersion(): Promise<number> {
    return this.#traced('root.describe', () => this.root.newestVersion());
  }

  check(): Promise<void> {
    return this.#traced('root.check', () => this.root.check());
  }

  close(): Promise<void> {
    return this.root.close();
  }

  #traced<T>(name: string, work: () => Promise<T>): Promise<T> {
    const provider = this.id.slice(0, Math.max(0, this.id.indexOf(':')));
    return this.tracer.span(name, { 'keystead.root.provider': provider }, work, (error) =>
      isKmsError(error) ? error.code : 'internal-error',
    );
  }
}
