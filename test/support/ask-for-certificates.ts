import { makeCertificateRequest } from '../../src/client/certificate-request.js';
import type { ApiAnswer, Tokens } from './server.js';

type Done = (who: keyof Tokens | undefined, method: string, path: string, body?: unknown) => Promise<ApiAnswer['body']>;

/** Every route about certificates but the renewal, which takes TLS. @param done one call that must succeed */
export async function askForCertificates(done: Done): Promise<void> {
  await done('admin', 'POST', '/api/v1/pki', { trustDomain: 'shape.example', maxLifetime: '2d' });
  await done('app', 'GET', '/api/v1/pki');
  await done(undefined, 'GET', '/pki/ca.crt');
  await done(undefined, 'GET', '/pki/ca.crl');
  const ask = () =>
    done('app', 'POST', '/api/v1/certificates', { csr: makeCertificateRequest().csr, expiresIn: '12h' });
  const [one, two] = [await ask(), await ask()];
  await done('auditor', 'GET', '/api/v1/certificates?state=pending');
  await done('admin', 'POST', `/api/v1/certificates/${one.id}/approve`);
  await done('admin', 'POST', `/api/v1/certificates/${two.id}/reject`);
  await done('app', 'GET', `/api/v1/certificates/${one.id}`);
  await done('admin', 'POST', `/api/v1/certificates/${one.id}/revoke`, { reason: 'compromised' });
}
