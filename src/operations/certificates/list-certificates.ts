import { certificateStateAt, type CertificateState } from '../../pki/records.js';
import { resolveInstall } from '../access/resolve-caller.js';
import type { Resolved, UseOperation } from '../operation.js';
import { pageOfAll, type Page, type PageInput } from '../paging.js';
import { describeCertificate, type CertificateDescription } from './describe-certificate.js';

export interface ListCertificatesInput extends PageInput {
  readonly state?: CertificateState;
}

/** Requests and certificates, newest first; ended ones too. */
export const listCertificates: UseOperation<ListCertificatesInput, Resolved, Page<CertificateDescription>> = {
  name: 'certificate.list',
  resolve: resolveInstall('certificate.list'),

  async run(deps, _resolved, input) {
    const { certificates } = await deps.ledger.install();
    const now = deps.clock.now();
    const isMeant = input.state === undefined ? () => true : isIn(input.state, now);
    return {
      output: pageOfAll([...certificates.values()].filter(isMeant), input, (row) => describeCertificate(row, now)),
    };
  },
};

function isIn(state: CertificateState, now: number) {
  return (row: Parameters<typeof certificateStateAt>[0]) => certificateStateAt(row, now) === state;
}
