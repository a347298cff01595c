import { mustBeAliasName } from '../../keys/names.js';
import type { KeySnapshot } from '../../keys/records.js';
import { currentKey, mustBeFree } from '../keys/resolve-key-change.js';
import type { ResolvedKey } from '../keys/get-key.js';
import type { ChangeOperation } from '../operation.js';
import { findKey, needOnKey, subjectOfKey } from '../resolve-key.js';
import { aliasDetail, currentAlias, mustStillName } from './alias-change.js';
import { aliasNotFound, describeAlias, type AliasDescription } from './describe-alias.js';

export interface MoveAliasInput {
  readonly keyring: string;
  readonly alias: string;
  /** Id, name or alias of the key that it shall name. */
  readonly key: string;
  /** Whether it must be there already. Default false: it is made. */
  readonly mustExist?: boolean;
}

interface ResolvedMove extends ResolvedKey {
  /** What the alias names now. */
  readonly from: KeySnapshot | undefined;
}

/** Points an alias at a key, whether it was there or not. Whoever moves it must be allowed to on both keys. */
export const moveAlias: ChangeOperation<MoveAliasInput, ResolvedMove, AliasDescription> = {
  name: 'alias.set',

  async resolve(deps, input, arrival) {
    const snapshot = await findKey(deps, input, 'alias.set', arrival);
    const { keyringId } = snapshot.key;
    const from = await deps.ledger.findKey(keyringId, input.alias);
    const asked = { action: input.mustExist || from ? 'UpdateAlias' : 'CreateAlias' };
    const needs = [snapshot, ...(from ? [from] : [])].map((one) => needOnKey('alias.set', one, undefined, asked));
    return {
      snapshot,
      from,
      needs,
      subject: subjectOfKey(snapshot),
      scopes: [keyringId],
      basis: [snapshot, from],
    };
  },

  async run(deps, { snapshot, from }, { alias: name, mustExist = false }, commit) {
    mustBeAliasName(name, 'alias');
    const now = new Date(deps.clock.now());
    return commit([snapshot.key.keyringId], async (change) => {
      const { key } = await currentKey(change, snapshot);
      const current = await currentAlias(change, key.keyringId, name);
      if (current) mustStillName(current, from);
      else if (mustExist) throw aliasNotFound();
      else await mustBeFree(change, key.keyringId, name);
      const row = { keyringId: key.keyringId, name, keyId: key.id, createdAt: current?.createdAt ?? now };
      change.put('alias', row);
      return { output: describeAlias(row), detail: aliasDetail(name, current?.keyId ?? null) };
    });
  },
};
