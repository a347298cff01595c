import type { EncryptionContext } from '../../keys/encryption-context.js';
import type { Deps } from '../deps.js';

const HASH_BYTES = 16;

/** What a record says of an encryption context: its names, and keyed hashes of its values. The same value of a name is seen to be the same. */
export type ContextDetail = {
  readonly context?: readonly string[];
  /** In the order of `context`, in base64url. */
  readonly contextHashes?: readonly string[];
  /** Of the names whose values the install's settings let stand in the clear. */
  readonly contextValues?: EncryptionContext;
};

export async function contextDetail(
  deps: Pick<Deps, 'secrets' | 'ledger'>,
  context: EncryptionContext | undefined,
): Promise<ContextDetail> {
  if (context === undefined) return {};
  const { clearContext } = (await deps.ledger.install()).auditLog;
  const clear = Object.entries(context).filter(([name]) => clearContext.includes(name));
  return {
    context: Object.keys(context),
    contextHashes: Object.entries(context).map(([name, value]) => contextHash(deps, name, value)),
    ...(clear.length > 0 && { contextValues: Object.fromEntries(clear) }),
  };
}

/** What stands in the records for this value of this name. */
export function contextHash({ secrets }: Pick<Deps, 'secrets'>, name: string, value: string): string {
  return secrets.digest('audit-context', name, value).subarray(0, HASH_BYTES).toString('base64url');
}
