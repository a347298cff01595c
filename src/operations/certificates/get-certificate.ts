import type { UseOperation } from '../operation.js';
import { describeCertificate, type CertificateDescription } from './describe-certificate.js';
import { resolveCertificate, type CertificateInput, type ResolvedCertificate } from './resolve-certificate.js';

/** One's own, or any for those who may list them. */
export const getCertificate: UseOperation<CertificateInput, ResolvedCertificate, CertificateDescription> = {
  name: 'certificate.describe',
  resolve: resolveCertificate('certificate.describe', 'certificate.list'),
  run: (deps, { row }) => ({ output: describeCertificate(row, deps.clock.now()) }),
};
