import { KmsError } from '../errors.js';
import type { IdempotencyClaim } from '../ledger/ledger.js';
import { INSTALL_SCOPE } from '../ledger/sealed-tables.js';
import type { Deps } from './deps.js';
import type { ChangeOperation, Resolved } from './operation.js';
import { isStale } from './is-stale.js';
import { recordOf, type Attempt } from './record.js';

/** A request under an Idempotency-Key. */
export interface Asked {
  readonly callerId: string;
  readonly operation: string;
  /** Keyed digest of the client's key. */
  readonly key: Buffer;
  /** What is asked for, as text. */
  readonly body: string;
}

/** @returns undefined where the request has no Idempotency-Key */
export function askedUnderKey(deps: Deps, input: unknown, { operation, arrival }: Attempt): Asked | undefined {
  if (arrival.idempotencyKey === undefined) return undefined;
  const key = deps.secrets.digest('idempotency-key', arrival.idempotencyKey);
  return { callerId: arrival.caller.id, operation, key, body: JSON.stringify(input) };
}

/** The digest covers what was made too: who points a claim at another thing in the database makes it fit no request. */
export function claimOn(deps: Deps, { body, ...asked }: Asked, resourceId: string): IdempotencyClaim {
  const { callerId, operation, key } = asked;
  const bodyDigest = deps.secrets.digest('idempotency-claim', callerId, operation, key, resourceId, body);
  return { ...asked, resourceId, bodyDigest };
}

/**
 * What was made under the same key before, described again; written down.
 * @param epoch of the ledger, from before this request was decided on
 * @returns undefined where nothing was made
 * @throws KmsError idempotency-mismatch; conflict when what decides moved meanwhile
 */
export async function repeatOf<Input, R extends Resolved, Output>(
  deps: Deps,
  operation: ChangeOperation<Input, R, Output>,
  resolved: R,
  input: Input,
  attempt: Attempt,
  asked: Asked,
  epoch: number,
): Promise<{ readonly output: Output } | undefined> {
  const made = await deps.ledger.findClaim(asked.callerId, asked.operation, asked.key);
  if (!made || !operation.repeat) return undefined;
  if (!made.bodyDigest.equals(claimOn(deps, asked, made.resourceId).bodyDigest)) {
    throw new KmsError('idempotency-mismatch', 'this Idempotency-Key was used with another request; take a new one');
  }
  const output = await operation.repeat(deps, resolved, made.resourceId, input);
  const scopes = [...new Set([INSTALL_SCOPE, ...resolved.scopes])];
  const record = recordOf(deps, attempt, resolved.subject, undefined, { replayed: true });
  if (await isStale(deps, epoch, scopes, await deps.journal.append(record, scopes))) {
    throw new KmsError('conflict', 'what decides this request changed meanwhile; try again');
  }
  return { output };
}
