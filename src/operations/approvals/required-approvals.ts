import type { RequiredApproval } from '../../access/approval.js';
import type { OperationName } from '../../access/permissions.js';
import type { DualControl } from '../../keys/dual-control.js';
import type { InstallView } from '../../ledger/ledger.js';
import type { Guarded } from '../guarded.js';
import type { Subject } from '../operation.js';

/** Whose approval a call needs; none where nobody's. */
export interface Required {
  readonly approvals: readonly RequiredApproval[];
  /** Milliseconds for which a request stands. */
  readonly lifetime: number;
}

export const NOBODY: Required = { approvals: [], lifetime: Infinity };

/**
 * A guarded operation needs the approvers of every place it touches; any other those of its own place, if they say so.
 * @param operations its own name, and whatever else it must be allowed: a policy that destroys is a destruction
 */
export function requiredFor(
  install: InstallView,
  operations: readonly OperationName[],
  subject: Subject,
  guarded: Guarded | undefined,
): Required {
  const own = subject.keyring ?? null;
  const listed = dualControlAt(install, own)?.operations ?? [];
  const isListed = operations.some((operation) => listed.includes(operation));
  const places = new Set([...(guarded?.places ?? []), ...(isListed ? [own] : [])]);
  const approvals: RequiredApproval[] = [];
  let lifetime = Infinity;
  for (const keyring of [...places].toSorted((a, b) => ((a ?? '') < (b ?? '') ? -1 : 1))) {
    const dualControl = dualControlAt(install, keyring);
    if (!dualControl) continue;
    approvals.push({ keyring, approvers: dualControl.approvers });
    lifetime = Math.min(lifetime, dualControl.lifetime * 1000);
  }
  return { approvals, lifetime };
}

function dualControlAt({ keyringsById, dualControl }: InstallView, place: string | null): DualControl | null {
  if (place === null) return dualControl;
  const keyring = keyringsById.get(place);
  return keyring?.state === 'enabled' ? (keyring.dualControl ?? null) : null;
}
