import type { AccessView } from '../../access/access-view.js';
import type { OperationName } from '../../access/permissions.js';
import type { CallerRow } from '../../access/records.js';
import { KmsError } from '../../errors.js';
import type { Arrival } from '../arrival.js';
import { may, permissionDenied } from '../authorise.js';
import type { Deps } from '../deps.js';
import type { Resolved } from '../operation.js';

export interface CallerInput {
  /** Id or name. */
  readonly caller: string;
}

export interface ResolvedCaller extends Resolved {
  readonly caller: CallerRow;
}

const INSTALL = { kind: 'install' } as const;

/** What every operation on the install resolves. */
export function resolveInstall(operation: OperationName) {
  return async (deps: Deps): Promise<Resolved> => ({
    needs: [{ permission: operation, resource: INSTALL }],
    subject: { resource: 'install' },
    scopes: [],
    basis: [await deps.ledger.install()],
  });
}

/** What every operation on one caller resolves. @throws KmsError caller-not-found, to those who may know */
export function resolveCaller(operation: OperationName) {
  return async (deps: Deps, input: CallerInput, arrival: Arrival): Promise<ResolvedCaller> => {
    const { access } = await deps.ledger.install();
    if (!may(access, arrival, operation, INSTALL, deps.clock.now())) throw permissionDenied(operation);
    const caller = findCaller(access, input.caller);
    if (!caller) throw callerNotFound();
    return {
      caller,
      needs: [{ permission: operation, resource: INSTALL }],
      subject: { resource: `caller/${caller.id}` },
      scopes: [],
      basis: [caller],
    };
  };
}

/** By id or name. */
export function findCaller({ callers }: AccessView, ref: string): CallerRow | undefined {
  const byId = callers.get(ref);
  if (byId) return byId;
  for (const caller of callers.values()) if (caller.name === ref) return caller;
  return undefined;
}

export function callerNotFound(): KmsError {
  return new KmsError('caller-not-found', 'no caller has this id or name; GET /api/v1/callers lists them');
}
