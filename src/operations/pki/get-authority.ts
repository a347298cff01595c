import { KmsError } from '../../errors.js';
import type { InstallView } from '../../ledger/ledger.js';
import type { AuthorityRow } from '../../pki/records.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { Deps } from '../deps.js';
import type { Resolved, UseOperation } from '../operation.js';
import { describeAuthority, type AuthorityDescription } from './describe-authority.js';

export const getAuthority: UseOperation<object, Resolved, AuthorityDescription> = {
  name: 'pki.describe',
  resolve: resolveInstall('pki.describe'),
  run: async (deps) => ({ output: describeAuthority(authorityIn(await deps.ledger.install())) }),
};

/** What anybody may fetch, without a token: certificate and revocation list. @throws KmsError certificate-not-found */
export async function publishedAuthority(deps: Deps): Promise<Pick<AuthorityRow, 'certificate' | 'crl'>> {
  return authorityIn(await deps.ledger.install());
}

/** @throws KmsError certificate-not-found */
export function authorityIn({ authority }: InstallView): AuthorityRow {
  if (authority) return authority;
  throw new KmsError('certificate-not-found', 'there is no certificate authority yet; make it with: keystead pki init');
}
