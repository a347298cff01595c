import { Controller, Inject } from '@nestjs/common';
import { approveCertificate } from '../../operations/certificates/approve-certificate.js';
import { getCertificate } from '../../operations/certificates/get-certificate.js';
import { listCertificates, type ListCertificatesInput } from '../../operations/certificates/list-certificates.js';
import { rejectCertificate } from '../../operations/certificates/reject-certificate.js';
import { renewCertificate, type RenewCertificateInput } from '../../operations/certificates/renew-certificate.js';
import { requestCertificate, type RequestCertificateInput } from '../../operations/certificates/request-certificate.js';
import type { CertificateInput } from '../../operations/certificates/resolve-certificate.js';
import { revokeCertificate, type RevokeCertificateInput } from '../../operations/certificates/revoke-certificate.js';
import { Kms } from '../../operations/kms.js';
import { API } from './base-path.js';
import type { Call } from './call.js';
import { Endpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import {
  certificateAnswer,
  listCertificatesQuery,
  renewCertificateBody,
  requestCertificateBody,
  revokeCertificateBody,
} from './schemas/certificates.js';
import { pageOf } from './schemas/paging.js';
import { IN_CERTIFICATE } from './schemas/paths.js';

@Controller(`${API}/certificates`)
export class CertificatesController {
  constructor(@Inject(Kms) private readonly kms: Kms) {}

  @Endpoint('certificate.request', {
    method: 'POST',
    body: requestCertificateBody,
    status: 201,
    answer: certificateAnswer,
    idempotent: true,
    summary: 'Ask for a certificate',
    description: 'A second person decides. It names the caller, whatever the request asks for.',
  })
  async request(call: Call<RequestCertificateInput>) {
    return change(this.kms, requestCertificate, call);
  }

  @Endpoint('certificate.list', {
    method: 'GET',
    query: listCertificatesQuery,
    answer: pageOf(certificateAnswer),
    summary: 'List certificates and requests',
  })
  async list(call: Call<ListCertificatesInput>) {
    return use(this.kms, listCertificates, call);
  }

  @Endpoint('certificate.describe', {
    method: 'GET',
    path: ':certificate',
    params: IN_CERTIFICATE,
    answer: certificateAnswer,
    summary: 'A certificate or its request',
    description: 'One’s own, or any for those who may list them.',
  })
  async get(call: Call<CertificateInput>) {
    return use(this.kms, getCertificate, call);
  }

  @Endpoint('certificate.approve', {
    method: 'POST',
    path: ':certificate/approve',
    params: IN_CERTIFICATE,
    answer: certificateAnswer,
    summary: 'Approve a request',
    description: 'As a person who neither asked nor is let in by it. The certificate is a credential from now on.',
  })
  async approve(call: Call<CertificateInput>) {
    return change(this.kms, approveCertificate, call);
  }

  @Endpoint('certificate.reject', {
    method: 'POST',
    path: ':certificate/reject',
    params: IN_CERTIFICATE,
    answer: certificateAnswer,
    summary: 'Reject a request',
  })
  async reject(call: Call<CertificateInput>) {
    return change(this.kms, rejectCertificate, call);
  }

  @Endpoint('certificate.renew', {
    method: 'POST',
    path: 'renew',
    body: renewCertificateBody,
    answer: certificateAnswer,
    idempotent: true,
    summary: 'Renew one’s own certificate',
    description: 'Over TLS with the live certificate as the client certificate. The old one holds until it expires.',
  })
  async renew(call: Call<RenewCertificateInput>) {
    return change(this.kms, renewCertificate, call);
  }

  @Endpoint('certificate.revoke', {
    method: 'POST',
    path: ':certificate/revoke',
    params: IN_CERTIFICATE,
    body: revokeCertificateBody,
    answer: certificateAnswer,
    summary: 'Revoke a certificate',
    description: 'With all that it was renewed into: at once and on every node, and by the revocation list.',
  })
  async revoke(call: Call<RevokeCertificateInput>) {
    return change(this.kms, revokeCertificate, call);
  }
}
