import type { HeaderWrapping } from '../backup/archive-header.js';
import { WrappingStore, type WrappedName, type WrappedObject } from '../keys/wrapped-object.js';
import { INTEGRITY } from '../operations/found-install.js';

/** The wrappings of the install's integrity key, as the header of a backup has them. */
export class HeaderWrappings extends WrappingStore {
  constructor(private readonly given: readonly HeaderWrapping[]) {
    super();
  }

  override async find({ kind }: WrappedName): Promise<WrappedObject[]> {
    if (kind !== INTEGRITY.kind) return [];
    return this.given.map(({ blob, ...root }) => ({ ...INTEGRITY, ...root, blob: Buffer.from(blob, 'base64') }));
  }
}

export function headerWrapping({ rootId, rootVersion, blob }: WrappedObject): HeaderWrapping {
  return { rootId, rootVersion, blob: blob.toString('base64') };
}
