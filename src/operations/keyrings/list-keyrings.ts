import type { KeyringRow } from '../../keys/records.js';
import { may, permissionDenied } from '../authorise.js';
import type { Resolved, UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeKeyring, type KeyringDescription } from './describe-keyring.js';

interface ResolvedKeyrings extends Resolved {
  readonly keyrings: readonly KeyringRow[];
}

/** Those that the caller may see, newest first; destroyed ones too. */
export const listKeyrings: UseOperation<PageInput, ResolvedKeyrings, Page<KeyringDescription>> = {
  name: 'keyring.list',

  async resolve(deps, _input, arrival) {
    const install = await deps.ledger.install();
    const now = deps.clock.now();
    const isAllowed = (keyringId: string) =>
      may(install.access, arrival, 'keyring.list', { kind: 'keyring', keyringId }, now);
    const keyrings = [...install.keyringsById.values()].filter(({ id }) => isAllowed(id));
    const isEverywhere = may(install.access, arrival, 'keyring.list', { kind: 'install' }, now);
    if (keyrings.length === 0 && !isEverywhere) throw permissionDenied('keyring.list');
    return { keyrings, needs: [], subject: { resource: 'install' }, scopes: [], basis: [install] };
  },

  run: (_deps, { keyrings }, input) => ({ output: pageOfAll(keyrings, input, describeKeyring) }),
};
