import type { CredentialRow } from '../../access/records.js';
import type { Change } from '../../ledger/ledger.js';
import type { Arrival } from '../arrival.js';
import { mustNotBeForItself } from '../authorise.js';
import type { Deps } from '../deps.js';
import { credentialNotFound } from './credential-not-found.js';
import { mustHaveRoomForToken } from './live-tokens.js';
import { callerNotFound } from './resolve-caller.js';

type NewCredential = Omit<CredentialRow, 'revision'>;

type Given = Omit<NewCredential, 'purpose' | 'source' | 'revokedAt' | 'createdAt' | 'createdBy'>;

/** What lets a caller in at the API, from anywhere; not written anywhere yet. */
export function newCredential(given: Given, now: number, arrival: Arrival): NewCredential {
  return {
    ...given,
    purpose: 'api',
    source: 'any',
    revokedAt: null,
    createdAt: new Date(now),
    createdBy: arrival.caller.id,
  };
}

/** @throws KmsError permission-denied, caller-not-found, limit-reached */
export function addCredential(change: Change, row: NewCredential, now: number, arrival: Arrival): void {
  const { access } = change.install;
  mustNotBeForItself(access, arrival, row.callerId);
  if (!access.callers.has(row.callerId)) throw callerNotFound();
  mustHaveRoomForToken(access.credentials.values(), row.callerId, now);
  change.put('credential', row);
}

/** @throws KmsError credential-not-found */
export async function credentialOf({ ledger }: Deps, id: string): Promise<CredentialRow> {
  const credential = (await ledger.install()).access.credentials.get(id);
  if (!credential) throw credentialNotFound();
  return credential;
}
