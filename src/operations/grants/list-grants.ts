import type { KeyGrant } from '../../keys/key-grant.js';
import type { KeyInput, ResolvedKey } from '../keys/get-key.js';
import { resolveKeyChange } from '../keys/resolve-key-change.js';
import type { UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';

export interface ListGrantsInput extends KeyInput, PageInput {
  readonly grant?: string;
  /** ARN. */
  readonly grantee?: string;
}

/** A grant, and whose it is. */
export interface ListedGrant extends KeyGrant {
  readonly keyId: string;
}

/** Newest first. */
export const listGrants: UseOperation<ListGrantsInput, ResolvedKey, Page<ListedGrant>> = {
  name: 'grant.list',
  resolve: resolveKeyChange('grant.list'),

  run(_deps, { snapshot: { key } }, input) {
    const passes = ({ id, grantee }: KeyGrant) =>
      (input.grant ?? id) === id && (input.grantee === undefined || input.grantee === grantee);
    const rows = (key.grants ?? []).filter(passes).map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
    return {
      output: pageOfAll(rows, input, (row) => ({ ...row, createdAt: row.createdAt.toISOString(), keyId: key.id })),
    };
  },
};
