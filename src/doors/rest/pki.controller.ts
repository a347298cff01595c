import { Controller, Inject } from '@nestjs/common';
import { DEPS, type Deps } from '../../operations/deps.js';
import { Kms } from '../../operations/kms.js';
import { getAuthority, publishedAuthority } from '../../operations/pki/get-authority.js';
import { initPki, type InitPkiInput } from '../../operations/pki/init-pki.js';
import { API } from './base-path.js';
import type { Call, PublicCall } from './call.js';
import { Endpoint, PublicEndpoint } from './endpoint.js';
import { change, use } from './perform-call.js';
import { authorityAnswer, initPkiBody } from './schemas/certificates.js';

@Controller()
export class PkiController {
  constructor(
    @Inject(Kms) private readonly kms: Kms,
    @Inject(DEPS) private readonly deps: Deps,
  ) {}

  @Endpoint('pki.init', {
    method: 'POST',
    path: `${API}/pki`,
    body: initPkiBody,
    answer: authorityAnswer,
    summary: 'Make the certificate authority',
    description: 'Once. Its key is made in the service and never leaves it.',
  })
  async init(call: Call<InitPkiInput>) {
    return change(this.kms, initPki, call);
  }

  @Endpoint('pki.describe', {
    method: 'GET',
    path: `${API}/pki`,
    answer: authorityAnswer,
    summary: 'The certificate authority',
    description: 'Its certificate and its revocation list, in PEM.',
  })
  async get(call: Call<object>) {
    return use(this.kms, getAuthority, call);
  }

  @PublicEndpoint({
    method: 'GET',
    path: 'pki/ca.crt',
    answerType: 'application/pkix-cert',
    summary: 'The authority’s certificate in DER (RFC 2585)',
  })
  async certificate({ reply }: PublicCall<object>) {
    void reply.type('application/pkix-cert');
    return (await publishedAuthority(this.deps)).certificate;
  }

  @PublicEndpoint({
    method: 'GET',
    path: 'pki/ca.crl',
    answerType: 'application/pkix-crl',
    summary: 'The revocation list in DER (RFC 2585)',
  })
  async crl({ reply }: PublicCall<object>) {
    void reply.type('application/pkix-crl');
    return (await publishedAuthority(this.deps)).crl;
  }
}
