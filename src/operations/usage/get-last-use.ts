import { CRYPTO_OPERATIONS, type OperationName } from '../../access/permissions.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import type { AskedAs } from '../keys/asked-as.js';
import { resolveKeyChange } from '../keys/resolve-key-change.js';
import type { UseOperation } from '../operation.js';

/** What the audit log says of the last use of a key. */
export interface LastUse {
  readonly keyId: string;
  readonly createdAt: Date;
  /** null: it was never used. */
  readonly last: {
    readonly operation: OperationName;
    readonly door: string;
    readonly at: Date;
    /** Id of the record, and of the request. */
    readonly record: string;
    readonly requestId: string;
  } | null;
}

const USES = CRYPTO_OPERATIONS.filter((name) => name !== 'random');

/** Of those uses that can be searched already: the log's index is some moments behind. */
export const getLastUse: UseOperation<KeyInput & AskedAs, ResolvedKey, LastUse> = {
  name: 'version.usage',
  resolve: resolveKeyChange('version.usage'),

  async run(deps, { snapshot: { key } }) {
    const query = { keyrings: [key.keyringId], key: key.id, outcome: 'success', limit: 1 } as const;
    const found = await Promise.all(
      USES.map(async (operation) => {
        const [record] = await deps.journal.query({ ...query, operation });
        return record ? [{ ...record, operation }] : [];
      }),
    );
    const [last] = found.flat().toSorted((a, b) => b.at.getTime() - a.at.getTime());
    return {
      output: {
        keyId: key.id,
        createdAt: key.createdAt,
        last: last
          ? { operation: last.operation, door: last.door, at: last.at, record: last.id, requestId: last.requestId }
          : null,
      },
    };
  },
};
