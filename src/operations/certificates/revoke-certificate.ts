import { KmsError, isKmsError } from '../../errors.js';
import type { RevocationReason } from '../../keys/version-states.js';
import type { Change } from '../../ledger/ledger.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { CertificateRow } from '../../pki/records.js';
import type { Deps } from '../deps.js';
import type { ChangeOperation } from '../operation.js';
import { authorityIn } from '../pki/get-authority.js';
import { revokedIn, withNextCrl } from '../pki/next-crl.js';
import { certificateNotFound } from './certificate-not-found.js';
import { describeCertificate, type CertificateDescription } from './describe-certificate.js';
import { resolveCertificate, type CertificateInput, type ResolvedCertificate } from './resolve-certificate.js';

export interface RevokeCertificateInput extends CertificateInput {
  /** Default `unspecified`. */
  readonly reason?: RevocationReason;
}

/**
 * Ends a registration with all its certificates: its credential at once and on every node, and for everybody else by
 * the revocation list.
 */
export const revokeCertificate: ChangeOperation<RevokeCertificateInput, ResolvedCertificate, CertificateDescription> = {
  name: 'certificate.revoke',
  resolve: resolveCertificate('certificate.revoke'),

  async run(deps, { row: { id } }, { reason = 'unspecified' }, commit) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const row = await change.find('certificate', id);
      if (!row) throw certificateNotFound();
      if (row.state !== 'issued')
        throw new KmsError('invalid-transition', `there is no certificate: it is ${row.state}`);
      const revoked = { ...row, state: 'revoked', reason, changedAt: new Date(now) } as const;
      change.put('certificate', revoked);
      const credential = await change.find('credential', row.credentialId ?? '');
      if (credential) change.put('credential', { ...credential, revokedAt: credential.revokedAt ?? new Date(now) });
      const crlNumber = await publish(deps, change, revoked, now);
      const output = describeCertificate(revoked, now);
      return { output, detail: { caller: row.callerId, serial: output.serial, reason, crlNumber } };
    });
  },
};

/** A root that cannot be reached does not keep a revocation from taking effect: the schedule publishes the list then. */
async function publish(deps: Deps, change: Change, revoked: CertificateRow, now: number): Promise<number | null> {
  const { access, certificates } = change.install;
  const entries = revokedIn({ access, certificates: new Map(certificates).set(revoked.id, revoked) }, now);
  try {
    const authority = await withNextCrl(deps.secrets, authorityIn(change.install), entries, now);
    change.put('pki_authority', authority);
    return authority.crlNumber;
  } catch (error) {
    if (isKmsError(error, 'root-unavailable')) return null;
    throw error;
  }
}
