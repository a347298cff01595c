import type { KeySnapshot } from '../../keys/records.js';
import type { ListedGrant } from './list-grants.js';
import { resolveKeyring, type KeyringInput, type ResolvedKeyring } from '../keyrings/resolve-keyring.js';
import type { UseOperation } from '../operation.js';
import { badCursor, cursorText, pageLimit, pageOf, type Page, type PageInput } from '../paging.js';

export interface ListRetirableGrantsInput extends KeyringInput, PageInput {
  /** ARN. */
  readonly retiring: string;
}

const KEYS_AT_A_TIME = 100;
const CURSOR = /^([0-9a-f-]{36}) ([0-9a-f]{64})$/;

/** The grants of a keyring that a principal may retire, the newest keys' first. */
export const listRetirableGrants: UseOperation<ListRetirableGrantsInput, ResolvedKeyring, Page<ListedGrant>> = {
  name: 'grant.list',
  resolve: resolveKeyring('grant.list'),

  async run(deps, { keyring }, input) {
    const limit = pageLimit(input);
    const [keyId, grantId] = lastOf(input);
    const found: ListedGrant[] = [];
    const add = (rows: readonly ListedGrant[]) => found.push(...rows.filter((row) => row.retiring === input.retiring));
    if (keyId !== undefined) {
      const rows = listed(await deps.ledger.findKey(keyring.id, keyId));
      add(rows.slice(rows.findIndex(({ id }) => id === grantId) + 1));
    }
    for (let before = keyId; found.length <= limit;) {
      const query = { retirableBy: input.retiring, limit: KEYS_AT_A_TIME };
      const keys = await deps.ledger.listKeys(keyring.id, before === undefined ? query : { ...query, before });
      for (const snapshot of keys) add(listed(snapshot));
      if (keys.length < KEYS_AT_A_TIME) break;
      before = keys.at(-1)?.key.id;
    }
    return {
      output: pageOf(
        found.slice(0, limit + 1),
        limit,
        (row) => `${row.keyId} ${row.id}`,
        (row) => row,
      ),
    };
  },
};

function listed(snapshot: KeySnapshot | undefined): readonly ListedGrant[] {
  return (snapshot?.key.grants ?? []).map((grant) => ({ ...grant, keyId: snapshot?.key.id ?? '' }));
}

/** @throws KmsError invalid-request */
function lastOf(input: PageInput): readonly [keyId?: string, grantId?: string] {
  const text = cursorText(input);
  if (text === undefined) return [];
  const [, keyId, grantId] = CURSOR.exec(text) ?? [];
  if (keyId === undefined || grantId === undefined) throw badCursor();
  return [keyId, grantId];
}
