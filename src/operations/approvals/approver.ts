import type { AccessView } from '../../access/access-view.js';
import type { Resource } from '../../access/grant.js';
import type { ApprovalDecision, ApprovalRow, RequiredApproval } from '../../access/approval.js';

/** A chain of who made whom is not longer. */
const MOST_ANCESTORS = 64;

type Request = Pick<ApprovalRow, 'requesterId' | 'requesterCredential' | 'createdAt'>;
type Approver = Omit<ApprovalDecision, 'verdict' | 'at'>;

/**
 * Whether somebody may decide a request at a place: a person, not the requester and with no hand in the other's being,
 * who holds `approval.decide` there by a binding that is older than the request. Asked at the decision and at the execution.
 */
export function mayDecide(
  access: AccessView,
  request: Request,
  { callerId, credentialId, source, door, strength }: Approver,
  { keyring }: Pick<RequiredApproval, 'keyring'>,
  now: number,
): boolean {
  const caller = access.callers.get(callerId);
  const credential = access.credentials.get(credentialId);
  if (caller?.type !== 'person' || caller.state !== 'enabled' || !credential) return false;
  // Who logs out after his word does not take it back.
  if (credential.revokedAt && credential.purpose !== 'session') return false;
  if (!areIndependent(access, request, callerId, credentialId)) return false;
  const resource: Resource = keyring === null ? { kind: 'install' } : { kind: 'keyring', keyringId: keyring };
  const attributes = { context: undefined, source, door, strength };
  return access
    .granting(callerId, 'approval.decide', resource, now, attributes)
    .some(
      ({ createdAt, createdBy }) =>
        createdAt < request.createdAt && !isOrigin(access, request.requesterId, createdBy ?? null),
    );
}

/** Neither made the other, or the credential the other came by, or somebody who did. */
function areIndependent(access: AccessView, request: Request, approverId: string, credentialId: string): boolean {
  const { requesterId, requesterCredential } = request;
  if (approverId === requesterId) return false;
  return (
    !isOrigin(access, requesterId, makerOf(access.callers.get(approverId))) &&
    !isOrigin(access, requesterId, makerOf(access.credentials.get(credentialId))) &&
    !isOrigin(access, approverId, makerOf(access.callers.get(requesterId))) &&
    !isOrigin(access, approverId, makerOf(access.credentials.get(requesterCredential)))
  );
}

function makerOf(row: { readonly createdBy?: string | null } | undefined): string | null {
  return row?.createdBy ?? null;
}

/** Whether `origin` is `maker`, or made him, or his maker, and so on. */
export function isOrigin(access: AccessView, origin: string, maker: string | null): boolean {
  let current = maker;
  for (let steps = 0; current !== null; steps++) {
    if (current === origin || steps === MOST_ANCESTORS) return true;
    current = makerOf(access.callers.get(current));
  }
  return false;
}

/** The places whose approvers are still too few. */
export function lacking(
  access: AccessView,
  request: Request & Pick<ApprovalRow, 'required' | 'decisions'>,
  now: number,
): readonly RequiredApproval[] {
  const approving = request.decisions.filter(({ verdict }) => verdict === 'approve');
  return request.required.filter((place) => {
    const able = approving.filter((decision) => mayDecide(access, request, decision, place, now));
    return new Set(able.map(({ callerId }) => callerId)).size < place.approvers;
  });
}
