import type { CertificateAuthority, InitPkiInput } from './certificate-types.js';
import type { Transport } from './transport.js';

/** The service's own certificate authority. Every method throws a KeysteadError. */
export class Pki {
  constructor(private readonly transport: Transport) {}

  /** Makes it, once. Its key never leaves the service. */
  async init(input: InitPkiInput): Promise<CertificateAuthority> {
    return this.transport.call({ method: 'POST', path: '/api/v1/pki', body: input });
  }

  async get(): Promise<CertificateAuthority> {
    return this.transport.call({ method: 'GET', path: '/api/v1/pki' });
  }
}
