import { mustBeAliasName } from '../../keys/names.js';
import type { ResolvedKey } from '../keys/get-key.js';
import { currentKey, mustBeFree, resolveKeyChange } from '../keys/resolve-key-change.js';
import type { ChangeOperation } from '../operation.js';
import { aliasDetail } from './alias-change.js';
import { aliasNotFound, describeAlias, type AliasDescription } from './describe-alias.js';

export interface CreateAliasInput {
  readonly keyring: string;
  readonly name: string;
  /** Id, name or alias of the key. */
  readonly key: string;
}

/** A further name for a key, in one namespace with the names of keys. */
export const createAlias: ChangeOperation<CreateAliasInput, ResolvedKey, AliasDescription> = {
  name: 'alias.set',
  resolve: resolveKeyChange('alias.set'),

  async run(deps, { snapshot }, { name }, commit) {
    mustBeAliasName(name, 'name');
    const createdAt = new Date(deps.clock.now());
    return commit([snapshot.key.keyringId], async (change) => {
      const { key } = await currentKey(change, snapshot);
      await mustBeFree(change, key.keyringId, name);
      const row = { keyringId: key.keyringId, name, keyId: key.id, createdAt };
      change.put('alias', row);
      return { output: describeAlias(row), detail: aliasDetail(name, null), resourceId: name };
    });
  },

  async repeat(deps, { snapshot }, name) {
    const { key } = snapshot;
    const aliases = await deps.ledger.listAliases(key.keyringId, { keyId: key.id, limit: 1000 });
    const alias = aliases.find((row) => row.name === name);
    if (!alias) throw aliasNotFound();
    return describeAlias(alias);
  },
};
