import type { EncryptionContext } from '../../keys/encryption-context.js';
import type { Deps } from '../deps.js';

const HASH_BYTES = 16;

/** What a record says of an encryption context: its names, and keyed hashes of its values. The same value of a name is seen to be the same. */
export type ContextDetail = {
  readonly context?: readonly string[];
  /** In the order of `context`, in base64url. */
  readonly contextHashes?: readonly string[];
};

export function contextDetail(
  { secrets }: Pick<Deps, 'secrets'>,
  context: EncryptionContext | undefined,
): ContextDetail {
  if (context === undefined) return {};
  const hashOf = ([name, value]: readonly [string, string]) =>
    secrets.digest('audit-context', name, value).subarray(0, HASH_BYTES).toString('base64url');
  return { context: Object.keys(context), contextHashes: Object.entries(context).map(hashOf) };
}
