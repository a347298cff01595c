/** The 32-byte secrets that the root key wraps. */
export type WrappedKind = 'canary' | 'integrity' | 'wrapping';

export interface WrappedName {
  readonly kind: WrappedKind;
  /** UUID of the keyring, or of the install. */
  readonly scopeId: string;
  readonly version: number;
}

/** One wrapping of one object. During a root migration an object has two. */
export interface WrappedObject extends WrappedName {
  readonly rootId: string;
  readonly rootVersion: number;
  readonly blob: Buffer;
}

/** Where wrappings are kept. They need no tag: the root's own authentication covers blob and name. */
export abstract class WrappingStore {
  /** Every wrapping of the object, in no order. */
  abstract find(name: WrappedName): Promise<WrappedObject[]>;
}
