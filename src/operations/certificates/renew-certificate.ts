import { KmsError } from '../../errors.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { readCsr } from '../../pki/read-csr.js';
import { certificateStateAt } from '../../pki/records.js';
import { credentialNotFound } from '../access/credential-not-found.js';
import { callerNotFound } from '../access/resolve-caller.js';
import type { ChangeOperation } from '../operation.js';
import { authorityIn } from '../pki/get-authority.js';
import { certificateNotFound } from './certificate-not-found.js';
import { describeCertificate, type CertificateDescription } from './describe-certificate.js';
import { issueCertificate } from './issue-certificate.js';
import type { ResolvedCertificate } from './resolve-certificate.js';

export interface RenewCertificateInput {
  /** PKCS#10 in PEM. Only its key counts. */
  readonly csr: string;
}

/**
 * A new certificate of the same registration, for who came in by a live one of it: names and life stay as they were
 * approved. The old one holds until it expires.
 */
export const renewCertificate: ChangeOperation<RenewCertificateInput, ResolvedCertificate, CertificateDescription> = {
  name: 'certificate.renew',

  async resolve(deps, _input, { credentialId, strength }) {
    const { certificates } = await deps.ledger.install();
    const row = [...certificates.values()].find((one) => credentialId !== null && one.credentialId === credentialId);
    if (!row || strength !== 'mtls') {
      throw new KmsError(
        'permission-denied',
        'a certificate is renewed over TLS with itself as the client certificate; ask for a new one with certificate.request',
      );
    }
    return {
      row,
      needs: [{ permission: 'certificate.renew', resource: { kind: 'install' } }],
      subject: { resource: `certificate/${row.id}` },
      scopes: [],
      basis: [row],
    };
  },

  async run(deps, { row: { id } }, { csr }, commit) {
    const publicKey = readCsr(csr);
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const row = await change.find('certificate', id);
      if (!row) throw certificateNotFound();
      const state = certificateStateAt(row, now);
      if (state !== 'issued') throw new KmsError('invalid-transition', `the certificate is ${state}`);
      const caller = change.install.access.callers.get(row.callerId);
      const credential = await change.find('credential', row.credentialId ?? '');
      if (!caller) throw callerNotFound();
      if (!credential) throw credentialNotFound();
      const issuing = await issueCertificate(deps, authorityIn(change.install), row, caller, publicKey);
      const renewed = { ...row, ...issuing.certificate };
      change.put('credential', { ...credential, ...issuing.credential });
      change.put('certificate', renewed);
      const output = describeCertificate(renewed, now);
      const { serial, pin } = output;
      return { output, detail: { caller: caller.id, serial, pin, credential: credential.id }, resourceId: id };
    });
  },

  async repeat(deps, _resolved, id) {
    const row = (await deps.ledger.install()).certificates.get(id);
    if (!row) throw certificateNotFound();
    return describeCertificate(row, deps.clock.now());
  },
};
