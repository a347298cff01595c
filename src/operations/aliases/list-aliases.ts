import type { KeyringRow } from '../../keys/records.js';
import type { Resolved, UseOperation } from '../operation.js';
import { cursorText, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';
import { findKey, findKeyring, resourceOfKey } from '../resolve-key.js';
import { describeAlias, type AliasDescription } from './describe-alias.js';

export interface ListAliasesInput extends PageInput {
  readonly keyring: string;
  /** Only those of this key: id, name or alias. */
  readonly key?: string;
}

interface ResolvedAliases extends Resolved {
  readonly keyring: KeyringRow;
  readonly keyId: string | undefined;
}

/** By name. */
export const listAliases: UseOperation<ListAliasesInput, ResolvedAliases, Page<AliasDescription>> = {
  name: 'alias.list',

  async resolve(deps, input, arrival) {
    const keyring = await findKeyring(deps, input.keyring, 'alias.list', arrival);
    const { key } = input;
    const named = key === undefined ? undefined : await findKey(deps, { ...input, key }, 'alias.list', arrival);
    const keyId = named?.key.id;
    const resource =
      named === undefined ? ({ kind: 'keyring', keyringId: keyring.id } as const) : resourceOfKey(named.key);
    return {
      keyring,
      keyId,
      needs: [{ permission: 'alias.list', resource }],
      subject: {
        resource: `keyring/${keyring.id}`,
        keyring: keyring.id,
        ...(keyId === undefined ? {} : { key: keyId }),
      },
      scopes: [keyring.id],
      basis: [keyring, named],
    };
  },

  async run(deps, { keyring, keyId }, input) {
    const limit = pageLimit(input);
    const after = cursorText(input);
    const found = await deps.ledger.listAliases(keyring.id, {
      ...(keyId === undefined ? {} : { keyId }),
      ...(after === undefined ? {} : { after }),
      limit: limit + 1,
    });
    return { output: pageOf(found, limit, (row) => row.name, describeAlias) };
  },
};
