import { mustBeCertificateMatch } from '../../access/credential-match.js';
import type { CallerRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import { uuidv7 } from '../../keys/uuid.js';
import { INSTALL_SCOPE } from '../../ledger/sealed-tables.js';
import { readCsr } from '../../pki/read-csr.js';
import { certificateStateAt, type CertificateRow } from '../../pki/records.js';
import { callerNotFound, findCaller } from '../access/resolve-caller.js';
import type { Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { ChangeOperation, Resolved } from '../operation.js';
import { authorityIn } from '../pki/get-authority.js';
import { certificateNotFound } from './certificate-not-found.js';
import { describeCertificate, pinOf, type CertificateDescription } from './describe-certificate.js';
import { mustBeFreeDnsNames } from './dns-names.js';

export interface RequestCertificateInput {
  /** PKCS#10 in PEM. Only its key counts. */
  readonly csr: string;
  /** Id or name; default: who asks. For another, an administrator asks. */
  readonly caller?: string;
  /** For the server certificate of a caller of type node; an administrator names them. */
  readonly dnsNames?: readonly string[];
  /** Seconds, of each certificate; default a day, at most what the authority allows. */
  readonly expiresIn?: number;
}

interface ResolvedRequest extends Resolved {
  readonly caller: CallerRow;
}

const DAY = 86_400;
const MOST_PENDING = 8;
const MOST_NAMES = 16;
/** A request that nobody decides ends by itself. */
const UNDECIDED_MS = 7 * DAY * 1000;
const INSTALL = { kind: 'install' } as const;

/** Asks for a certificate: the registration of an identity, which a second person decides. */
export const requestCertificate: ChangeOperation<RequestCertificateInput, ResolvedRequest, CertificateDescription> = {
  name: 'certificate.request',

  async resolve(deps, input, arrival) {
    const caller = await callerFor(deps, input, arrival);
    const needsAdministrator = caller.id !== arrival.caller.id || (input.dnsNames ?? []).length > 0;
    return {
      caller,
      needs: [{ permission: needsAdministrator ? 'credential.create' : 'certificate.request', resource: INSTALL }],
      subject: { resource: `caller/${caller.id}` },
      scopes: [],
      basis: [caller],
    };
  },

  async run(deps, { caller }, { csr, dnsNames = [], expiresIn }, commit, arrival) {
    const publicKey = readCsr(csr);
    mustBeDnsNames(caller, dnsNames);
    const now = deps.clock.now();
    return commit([INSTALL_SCOPE], async (change) => {
      const { maxLifetime } = authorityIn(change.install);
      mustHaveRoom(change.install.certificates.values(), caller.id, now);
      mustBeFreeDnsNames(change.install.access, caller.id, dnsNames, now);
      const row: Omit<CertificateRow, 'revision'> = {
        id: uuidv7(),
        callerId: caller.id,
        requesterId: arrival.caller.id,
        dnsNames,
        lifetime: lifetimeOf(expiresIn, maxLifetime),
        publicKey,
        state: 'pending',
        decidedBy: null,
        credentialId: null,
        certificate: null,
        issued: [],
        reason: null,
        createdAt: new Date(now),
        expiresAt: new Date(now + UNDECIDED_MS),
        changedAt: new Date(now),
      };
      change.put('certificate', row);
      return {
        output: describeCertificate(row, now),
        subject: { resource: `certificate/${row.id}` },
        detail: { caller: caller.id, pin: pinOf(publicKey), dnsNames, lifetime: row.lifetime },
        resourceId: row.id,
      };
    });
  },

  async repeat(deps, _resolved, id) {
    const row = (await deps.ledger.install()).certificates.get(id);
    if (!row) throw certificateNotFound();
    return describeCertificate(row, deps.clock.now());
  },
};

/** @throws KmsError permission-denied to those who may not know whether there is such a caller; caller-not-found */
async function callerFor(deps: Deps, input: RequestCertificateInput, arrival: Arrival): Promise<CallerRow> {
  const { access } = await deps.ledger.install();
  const found = findCaller(access, input.caller ?? arrival.caller.id);
  if (found?.id === arrival.caller.id) return found;
  if (!may(access, arrival, 'credential.create', INSTALL, deps.clock.now()))
    throw permissionDenied('credential.create');
  if (!found) throw callerNotFound();
  return found;
}

function mustBeDnsNames({ type }: CallerRow, dnsNames: readonly string[]): void {
  if (dnsNames.length === 0) return;
  if (type !== 'node') throw new KmsError('invalid-request', 'dnsNames: only for a caller of type node');
  if (dnsNames.length > MOST_NAMES) throw new KmsError('invalid-request', `dnsNames: at most ${MOST_NAMES}`);
  for (const dns of dnsNames) mustBeCertificateMatch({ dns });
}

function lifetimeOf(expiresIn: number | undefined, most: number): number {
  if (expiresIn === undefined) return Math.min(DAY, most);
  if (Number.isInteger(expiresIn) && expiresIn >= 1 && expiresIn <= most) return expiresIn;
  throw new KmsError('invalid-request', `expiresIn: 1 to ${most} seconds, as pki init said`);
}

function mustHaveRoom(certificates: Iterable<CertificateRow>, callerId: string, now: number): void {
  let pending = 0;
  for (const row of certificates) {
    if (row.callerId === callerId && certificateStateAt(row, now) === 'pending') pending += 1;
  }
  if (pending < MOST_PENDING) return;
  throw new KmsError('limit-reached', `${pending} requests for this caller wait for a decision, which is the most`);
}
