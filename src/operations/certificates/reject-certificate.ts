import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import type { ChangeOperation } from '../operation.js';
import { describeCertificate, type CertificateDescription } from './describe-certificate.js';
import { resolveCertificate, type CertificateInput, type ResolvedCertificate } from './resolve-certificate.js';
import { mustBePending, mustBeSecondPerson } from './second-person.js';

/** Rejects a request, for good. */
export const rejectCertificate: ChangeOperation<CertificateInput, ResolvedCertificate, CertificateDescription> = {
  name: 'certificate.reject',
  resolve: resolveCertificate('certificate.reject'),

  async run(deps, { row: { id } }, _input, commit, arrival) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const request = mustBePending(await change.find('certificate', id), now);
      mustBeSecondPerson(change.install, request, arrival);
      const row = { ...request, state: 'rejected', decidedBy: arrival.caller.id, changedAt: new Date(now) } as const;
      change.put('certificate', row);
      return { output: describeCertificate(row, now), detail: { caller: row.callerId } };
    });
  },
};
