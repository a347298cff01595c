import { contextHash } from '../crypto/context-detail.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { Resolved, UseOperation } from '../operation.js';

export interface HashContextInput {
  readonly name: string;
  readonly value: string;
}

/**
 * What stands in the records for a value of an encryption context, to search by. For those who may read the whole log: who may ask can try
 * values out. Each time is on record.
 */
export const hashContext: UseOperation<HashContextInput, Resolved, { readonly hash: string }> = {
  name: 'audit.read',
  resolve: resolveInstall('audit.read'),

  async run(deps, _resolved, { name, value }) {
    return { output: { hash: contextHash(deps, name, value) }, detail: { log: 'hash', name } };
  },
};
