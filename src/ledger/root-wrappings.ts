import type { WrappedName, WrappedObject } from '../keys/wrapped-object.js';

/** Which wrappings. */
export interface WrappingQuery {
  /** By this root … */
  readonly root?: string;
  /** … at a version below this … */
  readonly olderThan?: number;
  /** … of objects that this root does not wrap. */
  readonly lacking?: string;
}

/** The wrappings as the root ceremonies move them. No method ever leaves an object without a wrapping. */
export abstract class RootWrappings {
  /**
   * In the order of their names.
   * @param after the last of the page before
   */
  abstract list(
    query: WrappingQuery & { readonly root: string },
    after: WrappedName | undefined,
    limit: number,
  ): Promise<WrappedObject[]>;

  /** How many objects have such a wrapping. */
  abstract count(query: WrappingQuery): Promise<number>;

  /**
   * Adds a wrapping by another root, unless the object is gone meanwhile: what was shredded does not come back.
   * @param beside the wrapping that it was made from
   */
  abstract add(wrapped: WrappedObject, beside: WrappedObject): Promise<void>;

  /** Replaces a wrapping by the same root, unless it changed meanwhile. */
  abstract replace(wrapped: WrappedObject, before: WrappedObject): Promise<void>;

  /** Drops a wrapping, but only while `beside` wraps the object too. @param beside id of the other root */
  abstract drop(wrapped: WrappedObject, beside: string): Promise<void>;
}
