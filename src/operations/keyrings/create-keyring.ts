import { KmsError } from '../../errors.js';
import { mustBeDescription } from '../../keys/description.js';
import { mustBeName } from '../../keys/names.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { describeKeyring, type KeyringDescription } from './describe-keyring.js';
import { makeKeyring, putKeyring } from './make-keyring.js';

export interface CreateKeyringInput {
  readonly name: string;
  readonly description?: string;
}

export const createKeyring: ChangeOperation<CreateKeyringInput, Resolved, KeyringDescription> = {
  name: 'keyring.create',

  async resolve(deps) {
    const install = await deps.ledger.install();
    return {
      needs: [{ permission: 'keyring.create', resource: { kind: 'install' } }],
      subject: { resource: 'install' },
      scopes: [],
      basis: [install],
    };
  },

  async run(deps, _resolved, { name, description = '' }, commit) {
    mustBeName(name, 'name');
    mustBeDescription(description);
    const made = await makeKeyring(deps.secrets, { name, description }, new Date(deps.clock.now()));
    const { id } = made.keyring;
    return commit([INSTALL_SCOPE], async (change) => {
      if (change.install.keyringsByName.has(name)) {
        throw new KmsError('name-taken', `a keyring is or was called ${name}; take another name`);
      }
      putKeyring(change, made);
      return {
        output: describeKeyring(made.keyring),
        subject: { resource: `keyring/${id}`, keyring: id },
        resourceId: id,
      };
    });
  },

  async repeat(deps, _resolved, id) {
    const { keyringsById } = await deps.ledger.install();
    const keyring = keyringsById.get(id);
    if (!keyring) throw new KmsError('keyring-not-found', 'the keyring that this Idempotency-Key made is gone');
    return describeKeyring(keyring);
  },
};
