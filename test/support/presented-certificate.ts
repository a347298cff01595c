import { createHash, X509Certificate } from 'node:crypto';
import type { Presented } from '../../src/access/presented.js';

/** A certificate as the door presents it after a handshake that verified it. @param pem of the certificate */
export function presentedCertificate(pem: string | null): Presented {
  const { subjectAltName = '', publicKey } = new X509Certificate(pem ?? '');
  const of = (type: string) =>
    [...subjectAltName.matchAll(new RegExp(`${type}:([^,]+)`, 'g'))].map((match) => match[1] ?? '');
  const pin = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return { kind: 'certificate', certificate: { uris: of('URI'), dnsNames: of('DNS'), pin, problem: undefined } };
}
