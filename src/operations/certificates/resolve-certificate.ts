import type { OperationName } from '../../access/permissions.js';
import type { CertificateRow } from '../../pki/records.js';
import type { Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';
import { certificateNotFound } from './certificate-not-found.js';

export interface CertificateInput {
  /** Id of the registration. */
  readonly certificate: string;
}

export interface ResolvedCertificate extends Resolved {
  readonly row: CertificateRow;
}

const INSTALL = { kind: 'install' } as const;

/**
 * What every operation on one registration resolves.
 * @param ofOthers what it takes for one that is not the caller's own; default: the operation itself
 * @throws KmsError certificate-not-found, to those who may know
 */
export function resolveCertificate(operation: OperationName, ofOthers = operation) {
  return async (deps: Deps, { certificate }: CertificateInput, arrival: Arrival): Promise<ResolvedCertificate> => {
    const { access, certificates } = await deps.ledger.install();
    const row = certificates.get(certificate);
    const own = row !== undefined && [row.callerId, row.requesterId].includes(arrival.caller.id);
    const permission = own ? operation : ofOthers;
    if (!may(access, arrival, permission, INSTALL, deps.clock.now())) throw permissionDenied(permission);
    if (!row) throw certificateNotFound();
    return {
      row,
      needs: [{ permission, resource: INSTALL }],
      subject: { resource: `certificate/${row.id}` },
      scopes: [],
      basis: [row],
    };
  };
}
