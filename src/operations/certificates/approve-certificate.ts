import type { CallerRow, CredentialRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { mustHaveRoomForToken } from '../access/live-tokens.js';
import { guardedCredential } from '../guarded.js';
import type { ChangeOperation } from '../operation.js';
import { authorityIn } from '../pki/get-authority.js';
import { describeCertificate, type CertificateDescription } from './describe-certificate.js';
import { mustBeFreeDnsNames } from './dns-names.js';
import { issueCertificate } from './issue-certificate.js';
import { resolveCertificate, type CertificateInput, type ResolvedCertificate } from './resolve-certificate.js';
import { mustBePending, mustBeSecondPerson } from './second-person.js';

/** Approves a request: the certificate is issued, and is a credential of its caller from now on. */
export const approveCertificate: ChangeOperation<CertificateInput, ResolvedCertificate, CertificateDescription> = {
  name: 'certificate.approve',
  resolve: resolveCertificate('certificate.approve'),

  async run(deps, { row: { id } }, _input, commit, arrival) {
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const { access } = change.install;
      const request = mustBePending(await change.find('certificate', id), now);
      mustBeSecondPerson(change.install, request, arrival);
      const caller = mustBeEnabled(access.callers.get(request.callerId));
      mustHaveRoomForToken(access.credentials.values(), caller.id, now);
      mustBeFreeDnsNames(access, caller.id, request.dnsNames, now);
      const issuing = await issueCertificate(deps, authorityIn(change.install), request, caller, request.publicKey);
      const credential: Omit<CredentialRow, 'revision'> = {
        id: uuidv7(),
        callerId: caller.id,
        kind: 'certificate',
        hash: Buffer.alloc(0),
        purpose: 'api',
        source: 'any',
        description: `certificate ${id}`,
        revokedAt: null,
        createdAt: new Date(now),
        // Whoever asked for another holds the key.
        createdBy: request.requesterId === caller.id ? arrival.caller.id : request.requesterId,
        ...issuing.credential,
      };
      const issued = { ...request, ...issuing.certificate, credentialId: credential.id, decidedBy: arrival.caller.id };
      change.put('credential', credential);
      change.put('certificate', issued);
      const output = describeCertificate(issued, now);
      const guarded = guardedCredential(change.install, caller.id, now);
      const { serial, pin } = output;
      return {
        output,
        detail: { caller: caller.id, serial, pin, credential: credential.id },
        ...(guarded ? { guarded } : {}),
      };
    });
  },
};

function mustBeEnabled(caller: CallerRow | undefined): CallerRow {
  if (caller?.state === 'enabled') return caller;
  throw new KmsError('invalid-transition', 'the caller of this request is disabled');
}
