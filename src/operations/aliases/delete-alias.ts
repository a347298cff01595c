import type { KeyringRow, KeySnapshot } from '../../keys/records.js';
import { mustBeLive } from '../keys/resolve-key-change.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { findKeyring, mustBeAllowedToMiss, needOnKey, subjectOfKey } from '../resolve-key.js';
import { aliasDetail, currentAlias, mustStillName } from './alias-change.js';
import { aliasNotFound, describeAlias, type AliasDescription } from './describe-alias.js';

export interface DeleteAliasInput {
  readonly keyring: string;
  readonly alias: string;
}

interface ResolvedAlias extends Resolved {
  readonly keyring: KeyringRow;
  /** The key it names. */
  readonly snapshot: KeySnapshot;
}

/** @returns the alias as it was */
export const deleteAlias: ChangeOperation<DeleteAliasInput, ResolvedAlias, AliasDescription> = {
  name: 'alias.delete',

  async resolve(deps, input, arrival) {
    const keyring = await findKeyring(deps, input.keyring, 'alias.delete', arrival);
    const snapshot = await deps.ledger.findKey(keyring.id, input.alias);
    if (!snapshot) {
      await mustBeAllowedToMiss(deps, keyring.id, 'alias.delete', arrival);
      throw aliasNotFound();
    }
    return {
      keyring,
      snapshot,
      needs: [needOnKey('alias.delete', snapshot)],
      subject: subjectOfKey(snapshot),
      scopes: [keyring.id],
      basis: [snapshot],
    };
  },

  async run(_deps, { keyring, snapshot }, { alias: name }, commit) {
    return commit([keyring.id], async (change) => {
      mustBeLive(change, keyring.id);
      const current = await currentAlias(change, keyring.id, name);
      if (!current) throw aliasNotFound();
      mustStillName(current, snapshot);
      change.put('alias', { ...current, keyId: null });
      return { output: describeAlias(current), detail: aliasDetail(name, null) };
    });
  },
};
