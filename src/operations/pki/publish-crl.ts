import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Kms } from '../kms.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { authorityIn } from './get-authority.js';
import { isCrlDue, revokedIn, withNextCrl } from './next-crl.js';

/** The next revocation list, on schedule. */
export const publishCrl: ChangeOperation<object, Resolved, { readonly crlNumber: number }> = {
  name: 'pki.publish-crl',
  resolve: resolveInstall('pki.publish-crl'),

  async run(deps, _resolved, _input, commit) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const revoked = revokedIn(change.install, now);
      const row = await withNextCrl(deps.secrets, authorityIn(change.install), revoked, now);
      change.put('pki_authority', row);
      const { crlNumber } = row;
      return { output: { crlNumber }, detail: { crlNumber, revoked: revoked.length } };
    });
  },
};

/** Once it is old, or where a revocation could not be put on it at once. */
export async function publishCrlWhenDue(kms: Kms, deps: Deps, arrival: Arrival): Promise<void> {
  const install = await deps.ledger.install();
  const { authority } = install;
  if (!authority || !isCrlDue(authority, install, deps.clock.now())) return;
  await kms.change(publishCrl, {}, arrival);
}
