import { X509Certificate } from 'node:crypto';
import { makeCertificateRequest } from './certificate-request.js';
import type { Certificate, OwnCertificate, RequestCertificateInput } from './certificate-types.js';
import { eachItem, type Page, type Paging } from './page.js';
import { route } from './route.js';
import type { Transport } from './transport.js';

interface CertificateQuery {
  readonly state?: string;
}

/** Certificates of the service's own authority. Every method throws a KeysteadError. */
export class Certificates {
  constructor(private readonly transport: Transport) {}

  /** A second person decides. */
  async request(input: RequestCertificateInput): Promise<Certificate> {
    return this.transport.call({ method: 'POST', path: '/api/v1/certificates', body: input, creates: true });
  }

  async list(query: CertificateQuery & Paging = {}): Promise<Page<Certificate>> {
    return this.transport.call({ method: 'GET', path: '/api/v1/certificates', query: { ...query } });
  }

  all(query: CertificateQuery = {}): AsyncGenerator<Certificate, void> {
    return eachItem((cursor) => this.list(cursor === undefined ? query : { ...query, cursor }));
  }

  async get(id: string): Promise<Certificate> {
    return this.transport.call({ method: 'GET', path: route`/api/v1/certificates/${id}` });
  }

  /** As a person who neither asked nor is let in by it. */
  async approve(id: string): Promise<Certificate> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/certificates/${id}/approve`, body: {} });
  }

  async reject(id: string): Promise<Certificate> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/certificates/${id}/reject`, body: {} });
  }

  /** With all that it was renewed into; at once, on every node. @param reason such as `compromised` */
  async revoke(id: string, reason = 'unspecified'): Promise<Certificate> {
    return this.transport.call({ method: 'POST', path: route`/api/v1/certificates/${id}/revoke`, body: { reason } });
  }

  /** For a client whose `cert` and `key` are the certificate to be renewed. */
  async renew(csr: string): Promise<Certificate> {
    return this.transport.call({ method: 'POST', path: '/api/v1/certificates/renew', body: { csr }, creates: true });
  }

  /**
   * Keeps a certificate fresh: when less than `before` is left of it, a new one with a new key, which is made here and
   * stays here. To be called now and then, by a client whose `cert` and `key` it is.
   * @param before in milliseconds; default a third of its life
   * @returns the same, or what to use from now on
   */
  async renewBefore(own: OwnCertificate, before?: number): Promise<OwnCertificate> {
    const { validFrom, validTo } = new X509Certificate(own.certificate);
    const end = Date.parse(validTo);
    if (end - Date.now() > (before ?? (end - Date.parse(validFrom)) / 3)) return own;
    const { csr, key } = makeCertificateRequest();
    const { certificate } = await this.renew(csr);
    return certificate === null ? own : { certificate, key };
  }
}
