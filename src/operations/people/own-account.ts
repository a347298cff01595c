import { withoutCode } from '../../access/factors.js';
import type { OperationName } from '../../access/permissions.js';
import type { CredentialRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import type { Change } from '../../ledger/ledger.js';
import type { Arrival } from '../arrival.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';

type Row = Omit<CredentialRow, 'revision'>;

/** What every operation of a person on its own account resolves. The purpose of the credential says which of them it is good for. */
export function resolveOwnAccount(operation: OperationName) {
  return async (deps: Deps, _input: object, { caller }: Arrival): Promise<Resolved> => ({
    needs: [{ permission: operation, resource: { kind: 'install' } }],
    subject: { resource: `caller/${caller.id}` },
    scopes: [],
    basis: [await deps.ledger.install()],
  });
}

/**
 * The password by which a person came in, without the code that went with it: to be put in the same change.
 * @throws KmsError unauthenticated where the code was used meanwhile
 */
export async function takePassword(change: Change, { credentialId, spent }: Arrival): Promise<Row> {
  const row = await change.find('credential', credentialId ?? '');
  const factors = row?.factors && spent && withoutCode(row.factors, spent);
  if (row && factors && !row.revokedAt) return { ...row, factors };
  throw new KmsError('unauthenticated', 'the code was used already; take the next one');
}

/** Ends the live credentials of a caller that are meant. */
export function endCredentials(
  change: Change,
  callerId: string,
  isMeant: (row: CredentialRow) => boolean,
  now: number,
): number {
  const ended = [...change.install.access.credentials.values()].filter(
    (row) => row.callerId === callerId && !row.revokedAt && isMeant(row),
  );
  for (const row of ended) change.put('credential', { ...row, revokedAt: new Date(now) });
  return ended.length;
}
